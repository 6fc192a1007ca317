// A GPU that is not there, for tests: the functions of libcuda, libcudart, libcudnn and libcublas that
// this engine calls. Work is put on streams and done when somebody waits, so that what is read or
// written too early shows; memory is NaN until it is set and has guards around it; kernels are the
// real ones, run on the host; convolutions and products of matrices are plain loops over exactly what
// the descriptors say. Every call is written down, and everything that is made is counted until it is
// destroyed. A call can be told to fail.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <sys/mman.h>
#include <vector>

namespace {

typedef std::function<void()> Work;

constexpr size_t GUARD = 256, PAGE = 4096, MOST_CALLS = 1 << 20;
constexpr int INVALID = 1, OUT_OF_MEMORY = 2, LAUNCH_FAILED = 719, NOT_IN_CAPTURE = 900;

struct Graph {
    std::vector<Work> work;
};

struct Stream {
    std::deque<Work> work;
    Graph* capture = nullptr;
};

struct Event {
    Stream* stream = nullptr;
};

struct Function {
    std::string name;
    std::vector<int> sizes;
};

struct Module {
    std::vector<std::unique_ptr<Function>> functions;
};

struct Tensor {
    int format, type, n, c, h, w;
};

struct Filter {
    int type, format, k, c, r, s;
};

struct Convolution {
    int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, mode, compute, math = 0;
};

struct Activation {
    int mode;
};

struct Handle {
    Stream* stream = nullptr;
    void* workspace = nullptr;
};

struct Failure {
    int after;
    int code;
};

std::recursive_mutex lock;
std::string calls, message, text;
std::map<std::string, Failure> failures;
std::map<std::string, int> live;
std::set<Stream*> streams;
std::map<char*, size_t> device_memory, pinned_memory;
size_t memory_size = (size_t)16 << 30, memory_used;
int driver_version = 13000, runtime_version = 13010, devices = 1, capability = 90;
long cudnn_version = 91900, cudnn_made_for = 13010;
int sticky;
int launches;

int (*host_launch)(const char*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                   size_t, void**, int);
const char* (*host_message)();
int (*host_parameters)(const char*, int*, int);

int entered(const char* function, const std::string& detail) {
    if (calls.size() > MOST_CALLS) {
        calls.clear();
    }
    calls += function;
    calls += detail.empty() ? "\n" : " " + detail + "\n";
    const auto failure = failures.find(function);
    if (failure != failures.end() && failure->second.after-- == 0) {
        return failure->second.code;
    }
    return sticky;
}

#define ENTER(DETAIL)                                       \
    std::lock_guard<std::recursive_mutex> guard(lock);      \
    if (const int error = entered(__func__, DETAIL)) {      \
        return error;                                       \
    }

std::string number(long value) {
    return std::to_string(value);
}

void broken(const std::string& what) {
    if (message.empty()) {
        message = what;
    }
    sticky = LAUNCH_FAILED;
}

void put(Stream* stream, Work work) {
    if (stream->capture) {
        stream->capture->work.push_back(work);
    } else {
        stream->work.push_back(work);
    }
}

void run(Stream* stream) {
    while (!stream->work.empty()) {
        Work work = stream->work.front();
        stream->work.pop_front();
        if (!sticky) {
            work();
        }
    }
}

// What gives memory back waits, as on a device.
void run_all() {
    for (Stream* stream : streams) {
        run(stream);
    }
}

bool inside(const std::map<char*, size_t>& memory, const void* at, size_t bytes) {
    auto block = memory.upper_bound((char*)at);
    if (block == memory.begin()) {
        return false;
    }
    --block;
    return (char*)at + bytes <= block->first + block->second;
}

float half_to_float(uint16_t bits) {
    const uint32_t sign = (bits & 0x8000u) << 16;
    const uint32_t magnitude = bits & 0x7fffu;
    uint32_t word = sign;
    float value;
    if (magnitude >= 0x7c00u) {
        word |= 0x7f800000u | (magnitude & 0x3ffu) << 13;
    } else {
        value = std::ldexp((float)(magnitude < 0x400u ? magnitude : (magnitude & 0x3ffu) | 0x400u),
                           (magnitude < 0x400u ? -24 : (int)(magnitude >> 10) - 25));
        return sign ? -value : value;
    }
    memcpy(&value, &word, 4);
    return value;
}

uint16_t float_to_half(float value) {
    uint32_t word;
    memcpy(&word, &value, 4);
    const uint16_t sign = word >> 16 & 0x8000u;
    const float size = std::fabs(value);
    if (std::isnan(value)) {
        return sign | 0x7e00u;
    }
    if (size >= 65520.0f) {
        return sign | 0x7c00u;
    }
    int exponent;
    std::frexp(size, &exponent);
    exponent = exponent < -13 ? -13 : exponent;
    const long mantissa = std::lrint(std::ldexp(size, 11 - exponent));
    return sign | (uint16_t)(mantissa < 1024 ? mantissa : ((exponent + 13) << 10) + mantissa);
}

// Types as cuDNN numbers them: 0 float, 2 half, 9 bfloat16.
double get(int type, const void* at, size_t i) {
    if (type == 0) {
        return ((const float*)at)[i];
    }
    const uint16_t bits = ((const uint16_t*)at)[i];
    if (type == 2) {
        return half_to_float(bits);
    }
    const uint32_t word = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &word, 4);
    return value;
}

void set(int type, void* at, size_t i, double number) {
    const float value = (float)number;
    if (type == 0) {
        ((float*)at)[i] = value;
    } else if (type == 2) {
        ((uint16_t*)at)[i] = float_to_half(value);
    } else {
        uint32_t word;
        memcpy(&word, &value, 4);
        ((uint16_t*)at)[i] =
            std::isnan(value) ? 0x7fff : (uint16_t)((word + 0x7fffu + (word >> 16 & 1)) >> 16);
    }
}

size_t at(const Tensor& t, int n, int c, int h, int w) {
    return t.format == 1 ? (((size_t)n * t.h + h) * t.w + w) * t.c + c
                         : (((size_t)n * t.c + c) * t.h + h) * t.w + w;
}

size_t at(const Filter& f, int k, int c, int r, int s) {
    return f.format == 1 ? (((size_t)k * f.r + r) * f.s + s) * f.c + c
                         : (((size_t)k * f.c + c) * f.r + r) * f.s + s;
}

// What working memory is for: nothing else may lie there.
void scribble(void* memory, size_t bytes) {
    memset(memory, 0xff, bytes);
}

bool fits(const Tensor& x, const Filter& w, const Convolution& conv, const Tensor& y) {
    return x.c == w.c && y.c == w.k && x.n == y.n && x.type == w.type && x.type == y.type
        && y.h == (x.h + 2 * conv.pad_h - w.r) / conv.stride_h + 1
        && y.w == (x.w + 2 * conv.pad_w - w.s) / conv.stride_w + 1 && conv.dilation_h == 1
        && conv.dilation_w == 1 && conv.mode == 1 && conv.compute == 0
        && (x.type == 0 || (x.c % 8 == 0 && y.c % 8 == 0));
}

// Values in the order [N, H, W, C], whatever the order in memory.
std::vector<float> values(const Tensor& t, const void* from) {
    std::vector<float> all;
    all.reserve((size_t)t.n * t.c * t.h * t.w);
    for (int n = 0; n < t.n; n++)
        for (int h = 0; h < t.h; h++)
            for (int w = 0; w < t.w; w++)
                for (int c = 0; c < t.c; c++)
                    all.push_back(get(t.type, from, at(t, n, c, h, w)));
    return all;
}

// [R, S, K, C].
std::vector<float> values(const Filter& f, const void* from) {
    std::vector<float> all;
    all.reserve((size_t)f.k * f.c * f.r * f.s);
    for (int r = 0; r < f.r; r++)
        for (int s = 0; s < f.s; s++)
            for (int k = 0; k < f.k; k++)
                for (int c = 0; c < f.c; c++)
                    all.push_back(get(f.type, from, at(f, k, c, r, s)));
    return all;
}

// Calls f(output pixel, input pixel, tap) for all that meet.
template <typename F>
void meet(const Tensor& x, const Filter& w, const Convolution& conv, const Tensor& y, F f) {
    for (int n = 0; n < y.n; n++)
        for (int p = 0; p < y.h; p++)
            for (int q = 0; q < y.w; q++)
                for (int r = 0; r < w.r; r++)
                    for (int s = 0; s < w.s; s++) {
                        const int i = p * conv.stride_h - conv.pad_h + r;
                        const int j = q * conv.stride_w - conv.pad_w + s;
                        if (i >= 0 && i < x.h && j >= 0 && j < x.w) {
                            f(((size_t)n * y.h + p) * y.w + q, ((size_t)n * x.h + i) * x.w + j,
                              (size_t)r * w.s + s);
                        }
                    }
}

// Blends by the library's rule: with beta 0 what is there is not read.
double blend(double alpha, double value, double beta, int type, const void* to, size_t i) {
    return beta == 0 ? alpha * value : alpha * value + beta * get(type, to, i);
}

struct Performance {
    int algorithm, status;
    float time;
    size_t memory;
    int deterministic, math, reserved[3];
};

// The fastest is not deterministic.
int answer(Performance* all, int most, int* count, int math) {
    const Performance both[2] = {
        {0, 0, 1.0f, 512, 0, math, {}}, {1, 0, 2.0f, 768, 1, math, {}}};
    *count = most < 2 ? most : 2;
    for (int i = 0; i < *count; i++) {
        all[i] = both[i];
    }
    return 0;
}

std::string shape(const Tensor& t) {
    return number(t.n) + "x" + number(t.c) + "x" + number(t.h) + "x" + number(t.w);
}

}  // namespace

extern "C" {

// What tests call.

int simulate_kernels(const char* library) {
    void* handle = dlopen(library, RTLD_NOW);
    if (!handle) {
        return 1;
    }
    host_launch = (decltype(host_launch))dlsym(handle, "cuda_on_cpu_launch");
    host_message = (decltype(host_message))dlsym(handle, "cuda_on_cpu_message");
    host_parameters = (decltype(host_parameters))dlsym(handle, "cuda_on_cpu_parameters");
    return host_launch && host_message && host_parameters ? 0 : 2;
}

// A new machine: no calls, no failures, no faults.
int simulate_machine(int driver, int gpus, int sm, int megabytes, int runtime, int cudnn, int made_for) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    driver_version = driver;
    devices = gpus;
    capability = sm;
    memory_size = (size_t)megabytes << 20;
    runtime_version = runtime;
    cudnn_version = cudnn;
    cudnn_made_for = made_for;
    failures.clear();
    calls.clear();
    message.clear();
    sticky = 0;
    return 0;
}

// The call after so many more to a function returns this code.
int simulate_failure(const char* function, int after, int code) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    failures[function] = {after, code};
    return 0;
}

// What was called since the last time, a line each.
const char* simulated_calls() {
    std::lock_guard<std::recursive_mutex> guard(lock);
    text = calls;
    calls.clear();
    return text.c_str();
}

// What went wrong on the device.
const char* simulated_message() {
    return message.c_str();
}

// What was made and not yet destroyed: KIND COUNT a line.
const char* simulated_leaks() {
    std::lock_guard<std::recursive_mutex> guard(lock);
    text.clear();
    for (const auto& kind : live) {
        if (kind.second != 0) {
            text += kind.first + " " + number(kind.second) + "\n";
        }
    }
    return text.c_str();
}

// The driver.

int cuInit(unsigned) {
    ENTER("")
    return 0;
}

int cuDriverGetVersion(int* version) {
    *version = driver_version;
    return 0;
}

int cuDeviceGetCount(int* count) {
    *count = devices;
    return 0;
}

int cuDeviceGet(int* device, int index) {
    *device = index;
    return 0;
}

int cuDeviceGetName(char* name, int size, int) {
    snprintf(name, size, "Simulated GPU");
    return 0;
}

int cuDeviceTotalMem_v2(size_t* bytes, int) {
    *bytes = memory_size;
    return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
    *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : 0;
    return 0;
}

int cuModuleLoadData(void** module, const void*) {
    ENTER("")
    *module = new Module;
    live["module"]++;
    return 0;
}

int cuModuleUnload(void* module) {
    ENTER("")
    run_all();
    delete (Module*)module;
    live["module"]--;
    return 0;
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
    ENTER(name)
    int sizes[64];
    const int count = host_parameters ? host_parameters(name, sizes, 64) : -1;
    if (count < 0) {
        return 500;
    }
    auto made = std::make_unique<Function>();
    made->name = name;
    made->sizes.assign(sizes, sizes + count);
    *function = made.get();
    ((Module*)module)->functions.push_back(std::move(made));
    return 0;
}

int cuFuncSetAttribute(void*, int, int) {
    return 0;
}

int cuLaunchKernel(
    void* kernel, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, void* stream, void** arguments, void**) {
    const Function* function = (Function*)kernel;
    ENTER(function->name)
    // As on a device, the arguments are copied by the call.
    std::vector<std::vector<char>> values;
    for (size_t i = 0; i < function->sizes.size(); i++) {
        const char* from = (const char*)arguments[i];
        values.emplace_back(from, from + function->sizes[i]);
    }
    put((Stream*)stream, [=]() mutable {
        std::vector<void*> pointers;
        for (auto& value : values) {
            pointers.push_back(value.data());
        }
        if (host_launch(
                function->name.c_str(), gx, gy, gz, bx, by, bz, 1, shared, pointers.data(),
                launches++ % 2)) {
            broken(host_message());
        }
    });
    return 0;
}

// The runtime.

int cudaRuntimeGetVersion(int* version) {
    *version = runtime_version;
    return 0;
}

int cudaDriverGetVersion(int* version) {
    *version = driver_version;
    return 0;
}

int cudaSetDevice(int device) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    return device < devices ? 0 : 101;
}

int cudaGetLastError() {
    return sticky;
}

const char* cudaGetErrorName(int error) {
    return error == LAUNCH_FAILED ? "cudaErrorLaunchFailure" : "cudaErrorSimulated";
}

const char* cudaGetErrorString(int error) {
    return error == LAUNCH_FAILED ? "unspecified launch failure" : "a simulated error";
}

int cudaDeviceGetAttribute(int* value, int, int) {
    *value = 4;  // few processors, so that kernels are cut into few blocks
    return 0;
}

int cudaMalloc(void** memory, size_t bytes) {
    ENTER(number(bytes))
    if (memory_used + bytes > memory_size) {
        return OUT_OF_MEMORY;
    }
    // Ends where a page ends that nobody may touch; what is left to the boundary of 256 is guarded.
    const size_t room = (bytes + GUARD - 1) / GUARD * GUARD;
    const size_t pages = (room + GUARD + PAGE - 1) / PAGE * PAGE;
    char* whole = (char*)mmap(
        nullptr, pages + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (whole == MAP_FAILED || mprotect(whole + PAGE, pages, PROT_READ | PROT_WRITE) != 0) {
        return OUT_OF_MEMORY;
    }
    char* block = whole + PAGE + pages - room;
    memset(block - GUARD, 0xff, room + GUARD);
    device_memory[block] = bytes;
    memory_used += bytes;
    live["memory"]++;
    *memory = block;
    return 0;
}

int cudaFree(void* memory) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    calls += "cudaFree\n";
    if (!memory) {
        return 0;
    }
    run_all();
    const auto block = device_memory.find((char*)memory);
    if (block == device_memory.end()) {
        return INVALID;
    }
    const size_t room = (block->second + GUARD - 1) / GUARD * GUARD;
    for (const char* at = block->first - GUARD; at < block->first + room; at++) {
        if ((at < block->first || at >= block->first + block->second) && *at != (char)0xff) {
            broken("a write beside memory of " + number(block->second) + " bytes");
            break;
        }
    }
    memory_used -= block->second;
    const size_t pages = (room + GUARD + PAGE - 1) / PAGE * PAGE;
    munmap(block->first + room - pages - PAGE, pages + 2 * PAGE);
    device_memory.erase(block);
    live["memory"]--;
    return sticky;
}

int cudaMallocHost(void** memory, size_t bytes) {
    ENTER(number(bytes))
    *memory = malloc(bytes);
    memset(*memory, 0xff, bytes);
    pinned_memory[(char*)*memory] = bytes;
    live["pinned memory"]++;
    return 0;
}

int cudaFreeHost(void* memory) {
    ENTER("")
    run_all();
    if (!pinned_memory.erase((char*)memory)) {
        return INVALID;
    }
    free(memory);
    live["pinned memory"]--;
    return 0;
}

int cudaMemcpyAsync(void* to, const void* from, size_t bytes, int kind, void* stream) {
    static const char* const KINDS[] = {"host to host", "to device", "to host", "on the device"};
    ENTER(std::string(KINDS[kind]) + " " + number(bytes))
    const void* there = kind == 2 ? from : to;
    const void* here = kind == 1 ? from : to;
    if (!inside(device_memory, there, bytes) || (kind == 3 && !inside(device_memory, from, bytes))) {
        return INVALID;
    }
    if (kind != 3 && !inside(pinned_memory, here, bytes)) {
        if (kind == 2 || ((Stream*)stream)->capture) {
            return NOT_IN_CAPTURE;
        }
        // Not pinned: the call returns when it has been read.
        const std::vector<char> copy((const char*)from, (const char*)from + bytes);
        put((Stream*)stream, [=] { memcpy(to, copy.data(), bytes); });
        return 0;
    }
    put((Stream*)stream, [=] { memcpy(to, from, bytes); });
    return 0;
}

int cudaMemsetAsync(void* memory, int value, size_t bytes, void* stream) {
    ENTER(number(bytes))
    if (!inside(device_memory, memory, bytes)) {
        return INVALID;
    }
    put((Stream*)stream, [=] { memset(memory, value, bytes); });
    return 0;
}

int cudaMemGetInfo(size_t* available, size_t* total) {
    *available = memory_size - memory_used;
    *total = memory_size;
    return 0;
}

int cudaStreamCreateWithFlags(void** stream, unsigned) {
    ENTER("")
    *stream = new Stream;
    streams.insert((Stream*)*stream);
    live["stream"]++;
    return 0;
}

int cudaStreamDestroy(void* stream) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    run((Stream*)stream);
    streams.erase((Stream*)stream);
    delete (Stream*)stream;
    live["stream"]--;
    return 0;
}

int cudaStreamSynchronize(void* stream) {
    ENTER("")
    if (((Stream*)stream)->capture) {
        return NOT_IN_CAPTURE;
    }
    run((Stream*)stream);
    return sticky;
}

int cudaEventCreateWithFlags(void** event, unsigned) {
    ENTER("")
    *event = new Event;
    live["event"]++;
    return 0;
}

int cudaEventDestroy(void* event) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    delete (Event*)event;
    live["event"]--;
    return 0;
}

int cudaEventRecord(void* event, void* stream) {
    ENTER("")
    ((Event*)event)->stream = (Stream*)stream;
    return 0;
}

int cudaEventSynchronize(void* event) {
    ENTER("")
    if (((Event*)event)->stream) {
        run(((Event*)event)->stream);
    }
    return sticky;
}

int cudaStreamBeginCapture(void* stream, int) {
    ENTER("")
    ((Stream*)stream)->capture = new Graph;
    return 0;
}

int cudaStreamEndCapture(void* stream, void** graph) {
    ENTER("")
    *graph = ((Stream*)stream)->capture;
    ((Stream*)stream)->capture = nullptr;
    live["graph"]++;
    return *graph ? 0 : INVALID;
}

int cudaGraphInstantiate(void** executable, void* graph, unsigned long long) {
    ENTER(number(((Graph*)graph)->work.size()))
    *executable = new Graph(*(Graph*)graph);
    live["executable graph"]++;
    return 0;
}

int cudaGraphLaunch(void* executable, void* stream) {
    ENTER("")
    for (const Work& work : ((Graph*)executable)->work) {
        put((Stream*)stream, work);
    }
    return 0;
}

int cudaGraphDestroy(void* graph) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    delete (Graph*)graph;
    live["graph"]--;
    return 0;
}

int cudaGraphExecDestroy(void* executable) {
    std::lock_guard<std::recursive_mutex> guard(lock);
    delete (Graph*)executable;
    live["executable graph"]--;
    return 0;
}

// cuDNN.

size_t cudnnGetVersion() {
    return cudnn_version;
}

size_t cudnnGetCudartVersion() {
    return cudnn_made_for;
}

const char* cudnnGetErrorString(int) {
    return "CUDNN_STATUS_SIMULATED";
}

#define MAKES(FUNCTION, DESTROY, TYPE, KIND) \
    int FUNCTION(void** made) {              \
        ENTER("")                            \
        *made = new TYPE();                  \
        live[KIND]++;                        \
        return 0;                            \
    }                                        \
    int DESTROY(void* made) {                \
        std::lock_guard<std::recursive_mutex> guard(lock); \
        delete (TYPE*)made;                  \
        live[KIND]--;                        \
        return 0;                            \
    }

MAKES(cudnnCreate, cudnnDestroy, Handle, "cudnn")
MAKES(cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor, Tensor, "tensor")
MAKES(cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor, Filter, "filter")
MAKES(cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor, Convolution, "convolution")
MAKES(cudnnCreateActivationDescriptor, cudnnDestroyActivationDescriptor, Activation, "activation")

int cudnnSetStream(void* handle, void* stream) {
    ENTER("")
    ((Handle*)handle)->stream = (Stream*)stream;
    return 0;
}

int cudnnSetTensor4dDescriptor(void* tensor, int format, int type, int n, int c, int h, int w) {
    ENTER("")
    *(Tensor*)tensor = {format, type, n, c, h, w};
    return 0;
}

int cudnnSetFilter4dDescriptor(void* filter, int type, int format, int k, int c, int r, int s) {
    ENTER("")
    *(Filter*)filter = {type, format, k, c, r, s};
    return 0;
}

int cudnnSetConvolution2dDescriptor(
    void* convolution, int pad_h, int pad_w, int stride_h, int stride_w, int dilation_h,
    int dilation_w, int mode, int compute) {
    ENTER("")
    *(Convolution*)convolution = {pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, mode, compute};
    return 0;
}

int cudnnSetConvolutionMathType(void* convolution, int math) {
    ENTER(number(math))
    ((Convolution*)convolution)->math = math;
    return 0;
}

int cudnnSetActivationDescriptor(void* activation, int mode, int, double) {
    ENTER("")
    ((Activation*)activation)->mode = mode;
    return 0;
}

int cudnnGetConvolutionForwardWorkspaceSize(
    void*, void*, void*, void*, void*, int, size_t* bytes) {
    ENTER("")
    *bytes = 640;
    return 0;
}

#define CHOOSES(FUNCTION, CONVOLUTION)                                                              \
    int FUNCTION(void*, void*, void* second, void* third, void*, int most, int* count, void* all) { \
        ENTER("")                                                                                   \
        return answer((Performance*)all, most, count, ((Convolution*)CONVOLUTION)->math);           \
    }

CHOOSES(cudnnGetConvolutionForwardAlgorithm_v7, third)
CHOOSES(cudnnFindConvolutionForwardAlgorithm, third)
CHOOSES(cudnnGetConvolutionBackwardDataAlgorithm_v7, third)
CHOOSES(cudnnFindConvolutionBackwardDataAlgorithm, third)
CHOOSES(cudnnGetConvolutionBackwardFilterAlgorithm_v7, third)
CHOOSES(cudnnFindConvolutionBackwardFilterAlgorithm, third)

static int convolve(
    void* handle, const float* alpha, void* x_tensor, const void* x, void* filter, const void* w,
    void* convolution, void* workspace, size_t workspace_bytes, float beta, void* y_tensor, void* y,
    float alpha2, const void* z, const void* bias, int activation) {
    const Tensor in = *(Tensor*)x_tensor;
    const Tensor out = *(Tensor*)y_tensor;
    const Filter of = *(Filter*)filter;
    const Convolution conv = *(Convolution*)convolution;
    if (!fits(in, of, conv, out)) {
        return 3000;
    }
    const float scale = *alpha;
    put(((Handle*)handle)->stream, [=] {
        std::vector<double> sums((size_t)out.n * out.c * out.h * out.w);
        const std::vector<float> xs = values(in, x), ws = values(of, w);
        meet(in, of, conv, out, [&](size_t to, size_t from, size_t tap) {
            for (int k = 0; k < of.k; k++) {
                const float* row = &ws[(tap * of.k + k) * of.c];
                const float* pixel = &xs[from * of.c];
                double sum = 0;
                for (int c = 0; c < of.c; c++) {
                    sum += (double)pixel[c] * row[c];
                }
                sums[to * of.k + k] += sum;
            }
        });
        scribble(workspace, workspace_bytes);
        for (int n = 0; n < out.n; n++)
            for (int k = 0; k < out.c; k++)
                for (int p = 0; p < out.h; p++)
                    for (int q = 0; q < out.w; q++) {
                        const size_t to = at(out, n, k, p, q);
                        const double sum =
                            sums[(((size_t)n * out.h + p) * out.w + q) * out.c + k];
                        double value = blend(scale, sum, beta, out.type, y, to);
                        value += alpha2 == 0 ? 0 : alpha2 * get(out.type, z, to);
                        value += bias ? get(out.type, bias, k) : 0;
                        set(out.type, y, to, activation == 1 && value < 0 ? 0 : value);
                    }
    });
    return 0;
}

int cudnnConvolutionForward(
    void* handle, const float* alpha, void* x_tensor, const void* x, void* filter, const void* w,
    void* convolution, int, void* workspace, size_t bytes, const float* beta, void* y_tensor, void* y) {
    ENTER(shape(*(Tensor*)x_tensor))
    return convolve(
        handle, alpha, x_tensor, x, filter, w, convolution, workspace, bytes, *beta, y_tensor, y, 0,
        nullptr, nullptr, 5);
}

int cudnnConvolutionBiasActivationForward(
    void* handle, const float* alpha, void* x_tensor, const void* x, void* filter, const void* w,
    void* convolution, int algorithm, void* workspace, size_t bytes, const float* alpha2,
    void* z_tensor, const void* z, void* bias_tensor, const void* bias, void* activation,
    void* y_tensor, void* y) {
    ENTER(shape(*(Tensor*)x_tensor))
    const int mode = ((Activation*)activation)->mode;
    const Tensor& b = *(Tensor*)bias_tensor;
    // A bias without a ReLU goes by implicit, precomputed products only.
    if ((mode == 5 && algorithm != 1) || b.c != ((Tensor*)y_tensor)->c || b.n * b.h * b.w != 1
        || memcmp(z_tensor, y_tensor, sizeof(Tensor)) != 0) {
        return 3000;
    }
    return convolve(
        handle, alpha, x_tensor, x, filter, w, convolution, workspace, bytes, 0, y_tensor, y, *alpha2,
        z, bias, mode);
}

int cudnnConvolutionBackwardData(
    void* handle, const float* alpha, void* filter, const void* w, void* dy_tensor, const void* dy,
    void* convolution, int, void* workspace, size_t bytes, const float* beta, void* dx_tensor,
    void* dx) {
    ENTER(shape(*(Tensor*)dx_tensor))
    const Tensor in = *(Tensor*)dx_tensor;
    const Tensor out = *(Tensor*)dy_tensor;
    const Filter of = *(Filter*)filter;
    const Convolution conv = *(Convolution*)convolution;
    if (!fits(in, of, conv, out)) {
        return 3000;
    }
    const float scale = *alpha, keep = *beta;
    put(((Handle*)handle)->stream, [=] {
        std::vector<double> sums((size_t)in.n * in.c * in.h * in.w);
        const std::vector<float> dys = values(out, dy), ws = values(of, w);
        meet(in, of, conv, out, [&](size_t from, size_t to, size_t tap) {
            for (int k = 0; k < of.k; k++) {
                const float* row = &ws[(tap * of.k + k) * of.c];
                const double g = dys[from * of.k + k];
                for (int c = 0; c < of.c; c++) {
                    sums[to * of.c + c] += g * row[c];
                }
            }
        });
        scribble(workspace, bytes);
        for (int n = 0; n < in.n; n++)
            for (int h = 0; h < in.h; h++)
                for (int w = 0; w < in.w; w++)
                    for (int c = 0; c < in.c; c++) {
                        const size_t i = at(in, n, c, h, w);
                        const double sum = sums[(((size_t)n * in.h + h) * in.w + w) * in.c + c];
                        set(in.type, dx, i, blend(scale, sum, keep, in.type, dx, i));
                    }
    });
    return 0;
}

int cudnnConvolutionBackwardFilter(
    void* handle, const float* alpha, void* x_tensor, const void* x, void* dy_tensor, const void* dy,
    void* convolution, int, void* workspace, size_t bytes, const float* beta, void* filter, void* dw) {
    ENTER(shape(*(Tensor*)x_tensor))
    const Tensor in = *(Tensor*)x_tensor;
    const Tensor out = *(Tensor*)dy_tensor;
    const Filter of = *(Filter*)filter;
    const Convolution conv = *(Convolution*)convolution;
    if (!fits(in, of, conv, out)) {
        return 3000;
    }
    const float scale = *alpha, keep = *beta;
    put(((Handle*)handle)->stream, [=] {
        std::vector<double> sums((size_t)of.k * of.c * of.r * of.s);
        const std::vector<float> dys = values(out, dy), xs = values(in, x);
        meet(in, of, conv, out, [&](size_t from, size_t pixel, size_t tap) {
            for (int k = 0; k < of.k; k++) {
                const double g = dys[from * of.k + k];
                for (int c = 0; c < of.c; c++) {
                    sums[(tap * of.k + k) * of.c + c] += g * xs[pixel * of.c + c];
                }
            }
        });
        scribble(workspace, bytes);
        for (int r = 0; r < of.r; r++)
            for (int s = 0; s < of.s; s++)
                for (int k = 0; k < of.k; k++)
                    for (int c = 0; c < of.c; c++) {
                        const size_t i = at(of, k, c, r, s);
                        const double sum = sums[(((size_t)r * of.s + s) * of.k + k) * of.c + c];
                        set(of.type, dw, i, blend(scale, sum, keep, of.type, dw, i));
                    }
    });
    return 0;
}

// cuBLAS.

MAKES(cublasCreate_v2, cublasDestroy_v2, Handle, "cublas")

const char* cublasGetStatusString(int) {
    return "CUBLAS_STATUS_SIMULATED";
}

int cublasSetStream_v2(void* handle, void* stream) {
    ENTER("")
    ((Handle*)handle)->stream = (Stream*)stream;
    return 0;
}

int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    ENTER("")
    if (!inside(device_memory, workspace, bytes)) {
        return INVALID;
    }
    ((Handle*)handle)->workspace = workspace;
    return 0;
}

// Types as CUDA numbers them: 0 float, 2 half, 14 bfloat16.
static int from_cuda(int type) {
    return type == 14 ? 9 : type;
}

int cublasGemmEx(
    void* handle, int turn_a, int turn_b, int m, int n, int k, const void* alpha, const void* a,
    int type_a, int lda, const void* b, int type_b, int ldb, const void* beta, void* c, int type_c,
    int ldc, int compute, int) {
    ENTER(number(m) + " " + number(n) + " " + number(k))
    if (lda < (turn_a ? k : m) || ldb < (turn_b ? n : k) || ldc < m || type_a != type_b
        || (compute != 68 && compute != 77) || !((Handle*)handle)->workspace) {
        return 7;
    }
    const int ta = from_cuda(type_a), tb = from_cuda(type_b), tc = from_cuda(type_c);
    const float scale = *(const float*)alpha, keep = *(const float*)beta;
    put(((Handle*)handle)->stream, [=] {
        for (int j = 0; j < n; j++)
            for (int i = 0; i < m; i++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    sum += get(ta, a, turn_a ? (size_t)i * lda + l : (size_t)l * lda + i)
                        * get(tb, b, turn_b ? (size_t)l * ldb + j : (size_t)j * ldb + l);
                }
                const size_t to = (size_t)j * ldc + i;
                set(tc, c, to, blend(scale, sum, keep, tc, c, to));
            }
    });
    return 0;
}

// NVRTC: what it makes is not looked at.

int nvrtcVersion(int* major, int* minor) {
    *major = 13;
    *minor = 1;
    return 0;
}

int nvrtcCreateProgram(void** program, const char*, const char*, int, void*, void*) {
    ENTER("")
    *program = new int(0);
    live["program"]++;
    return 0;
}

int nvrtcCompileProgram(void*, int, void*) {
    ENTER("")
    return 0;
}

int nvrtcGetCUBINSize(void*, size_t* size) {
    *size = 16;
    return 0;
}

int nvrtcGetCUBIN(void*, char* image) {
    memset(image, 0, 16);
    return 0;
}

int nvrtcGetProgramLogSize(void*, size_t* size) {
    *size = 1;
    return 0;
}

int nvrtcGetProgramLog(void*, char* log) {
    *log = 0;
    return 0;
}

int nvrtcDestroyProgram(void** program) {
    delete (int*)*program;
    live["program"]--;
    return 0;
}
}
