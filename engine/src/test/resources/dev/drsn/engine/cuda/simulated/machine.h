// A GPU that is not there, for tests: the functions of libcuda, libcudart, libcudnn and libcublas that
// this engine calls. Work is put on streams and done when somebody waits, so that what is read or
// written too early shows; memory is NaN until it is set and has guards around it; kernels are the
// real ones, run on the host; convolutions and products of matrices are plain loops over exactly what
// the descriptors say. Every call is written down, and everything that is made is counted until it is
// destroyed. A call can be told to fail.

//
// This is what all of its libraries share: streams, memory, the list of calls, faults.

#pragma once

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

namespace simulated {

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

inline std::recursive_mutex lock;
inline std::string calls, message, text;
inline std::map<std::string, Failure> failures;
inline std::map<std::string, int> live;
inline std::set<Stream*> streams;
inline std::map<char*, size_t> device_memory, pinned_memory;
inline size_t memory_size = (size_t)16 << 30, memory_used;
inline int driver_version = 13000, runtime_version = 13010, devices = 1, capability = 90;
inline long cudnn_version = 91900, cudnn_made_for = 13010;
inline int sticky;
inline int launches;

inline int (*host_launch)(const char*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                   size_t, void**, int);
inline const char* (*host_message)();
inline int (*host_parameters)(const char*, int*, int);

inline int entered(const char* function, const std::string& detail) {
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

inline std::string number(long value) {
    return std::to_string(value);
}

inline void broken(const std::string& what) {
    if (message.empty()) {
        message = what;
    }
    sticky = LAUNCH_FAILED;
}

inline void put(Stream* stream, Work work) {
    if (stream->capture) {
        stream->capture->work.push_back(work);
    } else {
        stream->work.push_back(work);
    }
}

inline void run(Stream* stream) {
    while (!stream->work.empty()) {
        Work work = stream->work.front();
        stream->work.pop_front();
        if (!sticky) {
            work();
        }
    }
}

// What gives memory back waits, as on a device.
inline void run_all() {
    for (Stream* stream : streams) {
        run(stream);
    }
}

inline bool inside(const std::map<char*, size_t>& memory, const void* at, size_t bytes) {
    auto block = memory.upper_bound((char*)at);
    if (block == memory.begin()) {
        return false;
    }
    --block;
    return (char*)at + bytes <= block->first + block->second;
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


}  // namespace simulated
