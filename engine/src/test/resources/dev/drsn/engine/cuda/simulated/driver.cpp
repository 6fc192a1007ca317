// The driver: libcuda.

#include "machine.h"

using namespace simulated;

extern "C" {

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

}
