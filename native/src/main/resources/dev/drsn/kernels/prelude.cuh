// What stands in front of every kernel source: KernelSource puts this text and the source together,
// and NVRTC, nvcc and (for tests) a C++ compiler take them as they are. No header is included.
//
// Activations are of type T, float, half or bfloat16, channels last: x [N, H, W, Cs], Cs the number
// of channels C rounded up to a multiple of 8; spare channels are zero and are left zero. Vectors a
// channel are [N, Cs]. Arithmetic, parameters and their gradients are float; parameters are dense.
//
// A thread takes 16 bytes of channels at a time, a "vector" of 4 floats or 8 halves. All sums have a
// fixed order, so that a result is the same in every run.

#ifndef CUDA_ON_CPU
#define SHARED(TYPE, NAME, COUNT) __shared__ TYPE NAME[COUNT]
#define DYNAMIC_SHARED(NAME) extern __shared__ __align__(16) unsigned char NAME[]
#define ENTRY(NAME)
#endif

struct half {
    unsigned short bits;
};

struct bfloat16 {
    unsigned short bits;
};

// Blocks of so many threads, with registers for 768 threads of a multiprocessor: with the compiler's
// own aim, 2048, some kernels spill.
#define BLOCK_OF(THREADS) __launch_bounds__(THREADS, 768 / (THREADS))

// One extern "C" kernel a type, NAME_f32, NAME_f16 and NAME_bf16, in which T is that type.
#define KERNEL_OF(NAME, TYPE, SUFFIX, THREADS, PARAMETERS, ...)                    \
    namespace SUFFIX {                                                             \
    typedef TYPE T;                                                                \
    extern "C" __global__ void BLOCK_OF(THREADS) NAME##_##SUFFIX PARAMETERS        \
    __VA_ARGS__                                                                    \
    ENTRY(NAME##_##SUFFIX)                                                         \
    }
#define KERNEL(NAME, THREADS, PARAMETERS, ...)                    \
    KERNEL_OF(NAME, float, f32, THREADS, PARAMETERS, __VA_ARGS__) \
    KERNEL_OF(NAME, half, f16, THREADS, PARAMETERS, __VA_ARGS__)  \
    KERNEL_OF(NAME, bfloat16, bf16, THREADS, PARAMETERS, __VA_ARGS__)

__device__ inline float bits_to_float(unsigned bits) {
#ifdef __CUDA_ARCH__
    return __uint_as_float(bits);
#else
    union { unsigned u; float f; } both;
    both.u = bits;
    return both.f;
#endif
}

__device__ inline unsigned float_to_bits(float x) {
#ifdef __CUDA_ARCH__
    return __float_as_uint(x);
#else
    union { float f; unsigned u; } both;
    both.f = x;
    return both.u;
#endif
}

__device__ inline float to_float(float x) {
    return x;
}

__device__ inline float to_float(bfloat16 x) {
    return bits_to_float((unsigned)x.bits << 16);
}

__device__ inline float to_float(half x) {
#ifdef __CUDA_ARCH__
    float y;
    asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
    return y;
#else
    const unsigned sign = (x.bits & 0x8000u) << 16;
    const unsigned magnitude = x.bits & 0x7fffu;
    if (magnitude >= 0x7c00u) {  // infinite or not a number
        return bits_to_float(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
    }
    // 2^112 moves the exponent from half's bias to float's, subnormal numbers included.
    return bits_to_float(sign | float_to_bits(bits_to_float(magnitude << 13) * 0x1p112f));
#endif
}

__device__ inline void from_float(float x, float& y) {
    y = x;
}

// Rounds to nearest, ties to even; Turing has no instruction for it.
__device__ inline void from_float(float x, bfloat16& y) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
#else
    const unsigned bits = float_to_bits(x);
    const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
    y.bits = nan ? 0x7fff : (unsigned short)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
#endif
}

__device__ inline void from_float(float x, half& y) {
#ifdef __CUDA_ARCH__
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
#else
    const unsigned sign = float_to_bits(x) >> 16 & 0x8000u;
    const unsigned magnitude = float_to_bits(x) & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
        y.bits = 0x7fff;
    } else if (magnitude >= 0x477ff000u) {  // rounds to 65536 or more
        y.bits = sign | 0x7c00u;
    } else if (magnitude < 0x38800000u) {  // subnormal: adding 0.5 rounds at 2^-24
        y.bits = sign | (float_to_bits(bits_to_float(magnitude) + 0.5f) - 0x3f000000u);
    } else {
        y.bits = sign | (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1)) >> 13;
    }
#endif
}

// 16 bytes of channels as floats.
template <typename T>
struct Vector {
    static constexpr int LANES = 16 / (int)sizeof(T);
    float at[LANES];
};

template <typename T>
__device__ inline Vector<T> load(const T* from) {
    union { uint4 word; T lanes[Vector<T>::LANES]; } all;
    all.word = *(const uint4*)from;
    Vector<T> x;
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        x.at[i] = to_float(all.lanes[i]);
    }
    return x;
}

template <typename T>
__device__ inline void store(T* to, const Vector<T>& x) {
    union { uint4 word; T lanes[Vector<T>::LANES]; } all;
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        from_float(x.at[i], all.lanes[i]);
    }
    *(uint4*)to = all.word;
}

// Writes a gradient by the contract: adds to what is there, or takes its place.
template <typename T>
__device__ inline void put(T* to, Vector<T> x, bool add) {
    if (add) {
        const Vector<T> old = load(to);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            x.at[i] += old.at[i];
        }
    }
    store(to, x);
}

// dy' = dy [y > 0]; y is null where there is no ReLU.
template <typename T>
__device__ inline Vector<T> load_masked(const T* dy, const T* y, long long at) {
    Vector<T> g = load(dy + at);
    if (y) {
        const Vector<T> cut = load(y + at);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            g.at[i] = cut.at[i] > 0.0f ? g.at[i] : 0.0f;
        }
    }
    return g;
}

__device__ inline float sigmoid(float x) {
    return 1.0f / (1.0f + expf(-x));
}

__device__ inline float sign(float x) {
    return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f;
}

__device__ inline int at_least(int a, int b) {
    return a > b ? a : b;
}

__device__ inline int at_most(int a, int b) {
    return a < b ? a : b;
}

// The sum over a warp, in every lane.
__device__ inline float warp_sum(float x) {
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) {
        x += __shfl_xor_sync(0xffffffffu, x, offset);
    }
    return x;
}

// The sum over a block of whole warps, in every thread. sums has room for 32 numbers.
__device__ inline float block_sum(float x, float* sums) {
    x = warp_sum(x);
    __syncthreads();  // sums may still be read from the call before
    if (threadIdx.x % 32 == 0) {
        sums[threadIdx.x / 32] = x;
    }
    __syncthreads();
    return warp_sum(threadIdx.x % 32 < blockDim.x / 32 ? sums[threadIdx.x % 32] : 0.0f);
}

// How a block walks over pixels [pixels, Cs]: neighbours in a row of threads take neighbouring
// channel vectors of a pixel, the block's rows take pixels in turn. blockIdx.x counts tiles of
// channels (one, unless a pixel has more vectors than the block has threads), blockIdx.y slices of
// the pixels.
struct Walk {
    int channel;   // the first of this thread's channels
    int row;
    int rows;      // of threads
    int width;     // threads of a row
    int begin;     // this thread's first pixel
    int end;       // behind the slice's last pixel
    bool active;   // false for threads beyond the last row or channel
};

template <typename T>
__device__ inline Walk walk(int pixels, int cs) {
    const int vectors = cs / Vector<T>::LANES;
    Walk w;
    w.width = at_most(vectors, blockDim.x);
    w.rows = blockDim.x / w.width;
    w.row = threadIdx.x / w.width;
    const int vector = blockIdx.x * w.width + threadIdx.x % w.width;
    w.channel = vector * Vector<T>::LANES;
    w.active = w.row < w.rows && vector < vectors;
    const int slice = (pixels + gridDim.y - 1) / gridDim.y;
    w.begin = blockIdx.y * slice + w.row;
    w.end = at_most((blockIdx.y + 1) * slice, pixels);
    return w;
}

// Adds up the block's rows, pairwise; afterwards row 0 has the sums. room: [COUNT * blockDim.x].
template <int COUNT>
__device__ inline void add_rows(float (&sum)[COUNT], float* room, const Walk& w) {
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
        room[i * blockDim.x + threadIdx.x] = sum[i];
    }
    for (int rows = w.rows; rows > 1; rows = (rows + 1) / 2) {
        const int half = (rows + 1) / 2;
        __syncthreads();
        if (w.row < rows - half) {
#pragma unroll
            for (int i = 0; i < COUNT; i++) {
                room[i * blockDim.x + threadIdx.x] +=
                    room[i * blockDim.x + threadIdx.x + half * w.width];
            }
        }
    }
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
        sum[i] = room[i * blockDim.x + threadIdx.x];
    }
}

// Whether this block is the last of `blocks` to arrive at the ticket, which is then zero again; all
// that the others wrote before is visible to it.
__device__ inline bool is_last(unsigned* ticket, unsigned blocks) {
    SHARED(unsigned, arrived, 1);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        arrived[0] = atomicInc(ticket, blocks - 1);
    }
    __syncthreads();
    __threadfence();
    return arrived[0] == blocks - 1;
}

// Adds up rows, then slices: true in the threads that hold the sums of their channels, which is row
// 0 of the last block. partial: [gridDim.z, gridDim.y, COUNT / LANES, Cs]; tickets: [gridDim.z,
// gridDim.x], zero; neither is touched where there is one slice.
template <typename T, int COUNT>
__device__ inline bool add_slices(
    float (&sum)[COUNT], float* room, const Walk& w, float* partial, unsigned* tickets, int cs) {
    constexpr int LANES = Vector<T>::LANES;
    add_rows(sum, room, w);
    const bool first = w.row == 0 && w.active;
    if (gridDim.y == 1) {
        return first;
    }
    float* mine = partial + (long long)blockIdx.z * gridDim.y * (COUNT / LANES) * cs + w.channel;
    if (first) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            mine[((long long)blockIdx.y * (COUNT / LANES) + i / LANES) * cs + i % LANES] = sum[i];
        }
    }
    if (!is_last(tickets + blockIdx.z * gridDim.x + blockIdx.x, gridDim.y)) {
        return false;
    }
    if (first) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            sum[i] = 0.0f;
            for (int slice = 0; slice < (int)gridDim.y; slice++) {
                sum[i] += mine[((long long)slice * (COUNT / LANES) + i / LANES) * cs + i % LANES];
            }
        }
    }
    return first;
}

// Blocks that run together and see each other's shared memory: thread block clusters, where the
// architecture has them; elsewhere, and in a launch without, a cluster is a single block.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
__device__ inline int cluster_rank() {
    int rank;
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
}

__device__ inline int cluster_size() {
    int size;
    asm("mov.u32 %0, %%cluster_nctarank;" : "=r"(size));
    return size;
}

__device__ inline void cluster_sync() {
    asm volatile("barrier.cluster.arrive.aligned;\n\tbarrier.cluster.wait.aligned;" ::: "memory");
}

// The same place in another block's shared memory.
template <typename V>
__device__ inline V* cluster_map(V* here, int rank) {
    unsigned long long there;
    asm("mapa.u64 %0, %1, %2;" : "=l"(there) : "l"(here), "r"(rank));
    return (V*)there;
}
#elif !defined(CUDA_ON_CPU)
__device__ inline int cluster_rank() {
    return 0;
}

__device__ inline int cluster_size() {
    return 1;
}

__device__ inline void cluster_sync() {
    __syncthreads();
}

template <typename V>
__device__ inline V* cluster_map(V* here, int) {
    return here;
}
#endif
