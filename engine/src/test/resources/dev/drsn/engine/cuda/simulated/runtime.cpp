// The runtime: libcudart.

#include "machine.h"

using namespace simulated;

extern "C" {

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

}
