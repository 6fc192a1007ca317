// What tests call.

#include "machine.h"

using namespace simulated;

extern "C" {

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

}
