// Runs CUDA kernels on the host, for tests: not fast, but strict. A C++ compiler takes this header in
// front of a kernel source; the shared library it makes has the C functions at the end.
//
// Every CUDA thread is a fibre with a stack of its own. A fibre runs until it waits at a barrier or a
// shuffle, then the next one of its warp does; when the whole warp waits for others, the next warp
// runs. The order of threads, warps and blocks is forward or reverse. A barrier that is missing shows
// as a value that is not there yet, or that a fast warp has overwritten. Shared memory is NaN before each block, and
// dynamic shared memory has guards at both ends. Barriers that not all threads reach, or that they
// reach on different lines, end the launch with an error that names the kernel and the line.
//
// The blocks of a cluster (along y) run together and see each other's dynamic shared memory; all
// other blocks run one after another. cuda_on_cpu_skip switches one barrier or shuffle off, which a
// test suite worth its name must notice.

#pragma once
#define CUDA_ON_CPU

#include <csetjmp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <sys/mman.h>
#include <tuple>
#include <ucontext.h>
#include <utility>
#include <vector>

namespace cuda_on_cpu {

struct Index {
    unsigned x, y, z;
};

struct Site {
    const char* file;
    int line;
    bool operator<(const Site& other) const {
        const int order = strcmp(file, other.file);
        return order != 0 ? order < 0 : line < other.line;
    }
    bool operator==(const Site& other) const {
        return line == other.line && strcmp(file, other.file) == 0;
    }
};

struct Barrier {
    int arrived = 0;
    unsigned generation = 0;
    Site site = {"", 0};
};

struct Warp {
    Barrier barrier;
    uint64_t values[2][32];
    int parity[32] = {};
};

constexpr size_t STACK = 64 * 1024;
constexpr size_t GUARD = 256;
constexpr size_t SHARED_LIMIT = 227 * 1024;
constexpr size_t STATIC_LIMIT = 48 * 1024;

struct Block {
    Index index;
    Barrier barrier;
    std::vector<Warp> warps;
    std::vector<unsigned char> dynamic;
    std::map<const void*, std::vector<unsigned char>> statics;
    size_t static_bytes = 0;
};

struct Thread {
    Index index;
    Block* block = nullptr;
    int rank = 0;  // of the block in its cluster
    int lane = 0;
    int warp = 0;
    Barrier* waits = nullptr;
    unsigned generation = 0;
    Site site = {"", 0};
    bool done = true;
    jmp_buf resume;
    ucontext_t context;
    void* stack = nullptr;
    bool started = false;
};

struct Kernel {
    void (*call)(void* function, void** arguments);
    void* function;
    std::vector<int> sizes;
};

inline std::map<std::string, Kernel>& kernels() {
    static std::map<std::string, Kernel> all;
    return all;
}

inline Index grid_extent, block_extent;
inline Thread* self;
inline std::vector<Thread*> threads;
inline std::vector<Block> cluster;
inline Barrier cluster_barrier;
inline jmp_buf scheduler;
inline ucontext_t scheduler_context;
inline const Kernel* running;
inline void** running_arguments;
inline std::string running_name, message;
inline size_t dynamic_bytes;
inline std::set<Site> sites;
inline Site skipped = {"", 0};
inline std::mutex one_at_a_time;

inline void yield() {
    if (_setjmp(self->resume) == 0) {
        _longjmp(scheduler, 1);
    }
}

// Ends the launch; the fibre that calls it is never resumed.
inline void fail(const std::string& what) {
    if (message.empty()) {
        message = running_name + ": " + what;
    }
    for (;;) {
        yield();
    }
}

inline std::string text(const Site& site) {
    return std::string(site.file) + ":" + std::to_string(site.line);
}

// Whether to wait at all: not at the barrier that is switched off.
inline bool stands(const Site& site) {
    sites.insert(site);
    return !(site == skipped);
}

inline void wait(Barrier& barrier, int expected, const Site& site) {
    self->site = site;
    if (barrier.arrived > 0 && !(barrier.site == site)) {
        fail("threads wait at different barriers, " + text(barrier.site) + " and " + text(site));
    }
    barrier.site = site;
    if (++barrier.arrived == expected) {
        barrier.arrived = 0;
        barrier.generation++;
        return;
    }
    self->waits = &barrier;
    self->generation = barrier.generation;
    yield();
}

inline void sync_block(const Site& site) {
    if (stands(site)) {
        wait(self->block->barrier, block_extent.x * block_extent.y * block_extent.z, site);
    }
}

inline void sync_warp(const Site& site) {
    if (stands(site)) {
        wait(self->block->warps[self->warp].barrier, 32, site);
    }
}

inline void sync_cluster(const Site& site) {
    if (stands(site)) {
        wait(cluster_barrier, (int)threads.size(), site);
    }
}

// Values change places within a whole warp; two sets of them, so that a fast thread's next shuffle
// does not overwrite what a slow one has still to read.
template <typename V>
inline V shuffle(unsigned mask, V value, int from, const Site& site) {
    if (mask != 0xffffffffu) {
        fail("a shuffle of a part of a warp at " + text(site));
    }
    if (!stands(site)) {
        return value;
    }
    Warp& warp = self->block->warps[self->warp];
    const int parity = self->block->warps[self->warp].parity[self->lane] ^= 1;
    memcpy(&warp.values[parity][self->lane], &value, sizeof value);
    wait(warp.barrier, 32, site);
    V other;
    memcpy(&other, &warp.values[parity][from & 31], sizeof other);
    return other;
}

inline void* dynamic_shared() {
    return self->block->dynamic.data() + GUARD;
}

inline void* static_shared(const void* tag, size_t bytes) {
    std::vector<unsigned char>& memory = self->block->statics[tag];
    if (memory.empty()) {
        memory.assign(bytes + 2 * GUARD, 0xff);
        self->block->static_bytes += bytes;
        if (self->block->static_bytes > STATIC_LIMIT) {
            fail("more than 48 KiB of static shared memory");
        }
    }
    return memory.data() + GUARD;
}

template <typename V>
inline V* map(V* here, int rank) {
    const size_t offset = (unsigned char*)here - self->block->dynamic.data();
    if (offset >= self->block->dynamic.size()) {
        return here;  // not shared memory of a cluster: a launch of single blocks
    }
    return (V*)(cluster[rank].dynamic.data() + offset);
}

inline void fibre() {
    for (;;) {
        running->call(running->function, running_arguments);
        self->done = true;
        yield();
    }
}

inline void enter(Thread* thread) {
    self = thread;
    if (_setjmp(scheduler) == 0) {
        if (thread->started) {
            _longjmp(thread->resume, 1);
        }
        thread->started = true;
        getcontext(&thread->context);
        thread->context.uc_stack.ss_sp = thread->stack;
        thread->context.uc_stack.ss_size = STACK;
        thread->context.uc_link = nullptr;
        makecontext(&thread->context, fibre, 0);
        setcontext(&thread->context);
    }
}

inline bool untouched(const std::vector<unsigned char>& memory) {
    for (size_t i = 0; i < GUARD; i++) {
        if (memory[i] != 0xff || memory[memory.size() - 1 - i] != 0xff) {
            return false;
        }
    }
    return true;
}

// Runs the threads of one cluster to their ends; false with a message otherwise.
inline bool run_cluster(bool reverse) {
    size_t left = threads.size();
    while (left > 0) {
        bool moved = false;
        for (size_t first = 0; first < threads.size();) {
            bool again = false;
            for (size_t lane = 0; lane < 32; lane++) {
                const size_t i = first + lane;
                Thread* thread = threads[reverse ? threads.size() - 1 - i : i];
                if (thread->done
                    || (thread->waits && thread->waits->generation == thread->generation)) {
                    continue;
                }
                thread->waits = nullptr;
                again = true;
                enter(thread);
                if (!message.empty()) {
                    return false;
                }
                left -= thread->done;
            }
            moved |= again;
            first += again ? 0 : 32;
        }
        if (!moved) {
            const Thread* stuck = nullptr;
            for (Thread* thread : threads) {
                stuck = thread->done ? stuck : thread;
            }
            message = running_name + ": " + std::to_string(left) + " of "
                + std::to_string(threads.size()) + " threads wait for ever at " + text(stuck->site);
            return false;
        }
    }
    for (const Block& block : cluster) {
        bool whole = untouched(block.dynamic);
        for (const auto& memory : block.statics) {
            whole = whole && untouched(memory.second);
        }
        if (!whole) {
            message = running_name + ": a write beside shared memory";
            return false;
        }
    }
    return true;
}

inline void forget_fibres() {
    for (Thread* thread : threads) {
        munmap(thread->stack, STACK);
        delete thread;
    }
    threads.clear();
}

inline void prepare(int blocks, unsigned count) {
    const size_t all = (size_t)blocks * count;
    if (threads.size() > all) {
        forget_fibres();
    }
    while (threads.size() < all) {
        Thread* thread = new Thread;
        thread->stack = mmap(
            nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
            0);
        threads.push_back(thread);
    }
    cluster.resize(blocks);
    cluster_barrier = Barrier();
    for (int b = 0; b < blocks; b++) {
        cluster[b].barrier = Barrier();
        cluster[b].warps.assign((count + 31) / 32, Warp());
        cluster[b].dynamic.assign(dynamic_bytes + 2 * GUARD, 0xff);
        cluster[b].statics.clear();
        cluster[b].static_bytes = 0;
        for (unsigned t = 0; t < count; t++) {
            Thread& thread = *threads[b * count + t];
            thread.index = {
                t % block_extent.x, t / block_extent.x % block_extent.y,
                t / block_extent.x / block_extent.y};
            thread.block = &cluster[b];
            thread.rank = b;
            thread.lane = t % 32;
            thread.warp = t / 32;
            thread.waits = nullptr;
            thread.done = false;
        }
    }
}

inline int launch(
    const char* name, Index grid, Index block, unsigned blocks_of_a_cluster, size_t shared,
    void** arguments, bool reverse) {
    std::lock_guard<std::mutex> lock(one_at_a_time);
    message.clear();
    running_name = name;
    const auto found = kernels().find(name);
    const unsigned count = block.x * block.y * block.z;
    if (found == kernels().end()) {
        message = running_name + ": no such kernel";
    } else if (count == 0 || count > 1024 || count % 32 != 0) {
        message = running_name + ": a block of " + std::to_string(count) + " threads";
    } else if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.y > 65535 || grid.z > 65535) {
        message = running_name + ": a grid without blocks, or with more than 65535 along y or z";
    } else if (blocks_of_a_cluster == 0 || blocks_of_a_cluster > 8
               || grid.y % blocks_of_a_cluster != 0) {
        message = running_name + ": a grid that clusters do not divide";
    } else if (shared > SHARED_LIMIT) {
        message = running_name + ": " + std::to_string(shared) + " bytes of shared memory";
    }
    if (!message.empty()) {
        return 1;
    }
    running = &found->second;
    running_arguments = arguments;
    grid_extent = grid;
    block_extent = block;
    dynamic_bytes = shared;
    const uint64_t clusters = (uint64_t)grid.x * grid.y / blocks_of_a_cluster * grid.z;
    for (uint64_t i = 0; i < clusters; i++) {
        const uint64_t at = reverse ? clusters - 1 - i : i;
        prepare(blocks_of_a_cluster, count);
        for (unsigned b = 0; b < blocks_of_a_cluster; b++) {
            const unsigned rows = grid.y / blocks_of_a_cluster;
            cluster[b].index = {
                (unsigned)(at % grid.x),
                (unsigned)(at / grid.x % rows) * blocks_of_a_cluster + b,
                (unsigned)(at / grid.x / rows)};
        }
        if (!run_cluster(reverse)) {
            forget_fibres();
            return 1;
        }
    }
    return 0;
}

template <typename... Parameters>
struct Caller {
    template <size_t... I>
    static void spread(void* function, void** arguments, std::index_sequence<I...>) {
        ((void (*)(Parameters...))function)(*(Parameters*)arguments[I]...);
    }
    static void call(void* function, void** arguments) {
        spread(function, arguments, std::index_sequence_for<Parameters...>());
    }
};

struct Entry {
    template <typename... Parameters>
    Entry(const char* name, void (*function)(Parameters...)) {
        kernels()[name] = {
            Caller<Parameters...>::call, (void*)function, {(int)sizeof(Parameters)...}};
    }
};

}  // namespace cuda_on_cpu

#define __global__
#define __device__
#define __host__
#define __restrict__ __restrict
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define SHARED(TYPE, NAME, COUNT) \
    static char NAME##_tag;       \
    TYPE* const NAME = (TYPE*)cuda_on_cpu::static_shared(&NAME##_tag, sizeof(TYPE) * (COUNT))
#define DYNAMIC_SHARED(NAME) \
    unsigned char* const NAME = (unsigned char*)cuda_on_cpu::dynamic_shared()
#define ENTRY(NAME) static const cuda_on_cpu::Entry NAME##_entry(#NAME, &NAME);

#define threadIdx (cuda_on_cpu::self->index)
#define blockIdx (cuda_on_cpu::self->block->index)
#define blockDim (cuda_on_cpu::block_extent)
#define gridDim (cuda_on_cpu::grid_extent)

#define CUDA_SITE cuda_on_cpu::Site{__FILE__, __LINE__}
#define __syncthreads() cuda_on_cpu::sync_block(CUDA_SITE)
#define __syncwarp() cuda_on_cpu::sync_warp(CUDA_SITE)
#define cluster_sync() cuda_on_cpu::sync_cluster(CUDA_SITE)
#define __threadfence() ((void)0)
#define __shfl_xor_sync(MASK, VALUE, OFFSET) \
    cuda_on_cpu::shuffle(MASK, VALUE, cuda_on_cpu::self->lane ^ (OFFSET), CUDA_SITE)
#define __shfl_sync(MASK, VALUE, LANE) cuda_on_cpu::shuffle(MASK, VALUE, LANE, CUDA_SITE)
#define cluster_rank() (cuda_on_cpu::self->rank)
#define cluster_size() ((int)cuda_on_cpu::cluster.size())
#define cluster_map(HERE, RANK) cuda_on_cpu::map(HERE, RANK)

struct alignas(16) uint4 {
    unsigned x, y, z, w;
};

inline unsigned atomicInc(unsigned* at, unsigned limit) {
    const unsigned old = *at;
    *at = old >= limit ? 0 : old + 1;
    return old;
}

inline float __fadd_rn(float a, float b) {
    return a + b;
}
inline float __fmul_rn(float a, float b) {
    return a * b;
}
inline double __dadd_rn(double a, double b) {
    return a + b;
}
inline double __dmul_rn(double a, double b) {
    return a * b;
}

#ifdef CUDA_ON_CPU_EXPORTS

extern "C" {

// 0, or 1 with a message. cluster: blocks of a cluster along y, 1 for none.
int cuda_on_cpu_launch(
    const char* name, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
    unsigned block_y, unsigned block_z, unsigned cluster, size_t shared, void** arguments,
    int reverse) {
    return cuda_on_cpu::launch(
        name, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, cluster, shared, arguments,
        reverse != 0);
}

const char* cuda_on_cpu_message() {
    return cuda_on_cpu::message.c_str();
}

// The names of all kernels, a line each.
const char* cuda_on_cpu_names() {
    static std::string all;
    all.clear();
    for (const auto& kernel : cuda_on_cpu::kernels()) {
        all += kernel.first + "\n";
    }
    return all.c_str();
}

// How many parameters a kernel has, and the bytes of each; -1 for an unknown kernel.
int cuda_on_cpu_parameters(const char* name, int* sizes, int room) {
    const auto found = cuda_on_cpu::kernels().find(name);
    if (found == cuda_on_cpu::kernels().end()) {
        return -1;
    }
    const std::vector<int>& all = found->second.sizes;
    for (size_t i = 0; i < all.size() && (int)i < room; i++) {
        sizes[i] = all[i];
    }
    return (int)all.size();
}

// The barriers and shuffles that were reached since the last call, FILE:LINE a line each.
const char* cuda_on_cpu_sites() {
    static std::string all;
    all.clear();
    for (const auto& site : cuda_on_cpu::sites) {
        all += cuda_on_cpu::text(site) + "\n";
    }
    cuda_on_cpu::sites.clear();
    return all.c_str();
}

// Switches a barrier or shuffle off; an empty file switches all on.
void cuda_on_cpu_skip(const char* file, int line) {
    static std::string name;
    name = file;
    cuda_on_cpu::skipped = {name.c_str(), line};
}
}

#endif
