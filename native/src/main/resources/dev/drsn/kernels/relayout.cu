// Between the host's order and the kernels': images NCHW float <-> [N, H, W, Cs] of type T, weights
// [K, C, R, S] float <-> [Ks, R, S, Cs] of type T. Spare channels and filters become zero.
//
//   from_nchw, to_nchw  through tiles of 32 x 32 in shared memory, so that both sides are read and
//                       written in runs. Block (32, 8), grid (ceil(H W / 32), ceil(Cs / 32), N).
//   pack_weights        a linear layer's weight [K, D], D = C H W, is [K, C, H, W]: the same kernel
//                       packs it for x flattened in [H, W, Cs] order; a vector [C] is K = R S = 1.
//   unpack_gradient     dw [K, C, R, S] += packed gradient, which may be float while T is not: then
//                       call the f32 kernel.
// pack and unpack: block 256, grid any number of blocks in strides over the packed numbers. Bytes: each
// side once.

template <typename T>
__device__ inline void from_nchw(const float* x, T* y, int area, int c, int cs) {
    SHARED(float, tile, 32 * 33);
    const int pixel = blockIdx.x * 32;
    const int channel = blockIdx.y * 32;
    for (int i = threadIdx.y; i < 32; i += 8) {
        const int p = pixel + threadIdx.x;
        const bool inside = p < area && channel + i < c;
        tile[i * 33 + threadIdx.x] =
            inside ? x[((long long)blockIdx.z * c + channel + i) * area + p] : 0.0f;
    }
    __syncthreads();
    for (int i = threadIdx.y; i < 32; i += 8) {
        if (pixel + i < area && channel + (int)threadIdx.x < cs) {
            from_float(
                tile[threadIdx.x * 33 + i],
                y[((long long)blockIdx.z * area + pixel + i) * cs + channel + threadIdx.x]);
        }
    }
}

KERNEL(from_nchw, 256,
    (const float* __restrict__ x, T* __restrict__ y, int area, int c, int cs),
    { from_nchw<T>(x, y, area, c, cs); })

template <typename T>
__device__ inline void to_nchw(const T* x, float* y, int area, int c, int cs) {
    SHARED(float, tile, 32 * 33);
    const int pixel = blockIdx.x * 32;
    const int channel = blockIdx.y * 32;
    for (int i = threadIdx.y; i < 32; i += 8) {
        const bool inside = pixel + i < area && channel + (int)threadIdx.x < c;
        tile[i * 33 + threadIdx.x] = inside
            ? to_float(x[((long long)blockIdx.z * area + pixel + i) * cs + channel + threadIdx.x])
            : 0.0f;
    }
    __syncthreads();
    for (int i = threadIdx.y; i < 32; i += 8) {
        const int p = pixel + threadIdx.x;
        if (p < area && channel + i < c) {
            y[((long long)blockIdx.z * c + channel + i) * area + p] = tile[threadIdx.x * 33 + i];
        }
    }
}

KERNEL(to_nchw, 256,
    (const T* __restrict__ x, float* __restrict__ y, int area, int c, int cs),
    { to_nchw<T>(x, y, area, c, cs); })

template <typename T>
__device__ inline void pack_weights(
    const float* w, T* packed, int k, int ks, int c, int cs, int area) {
    const long long all = (long long)ks * area * cs;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < all;
         i += (long long)gridDim.x * blockDim.x) {
        const int channel = (int)(i % cs);
        const int rs = (int)(i / cs % area);
        const long long filter = i / cs / area;
        const bool inside = channel < c && filter < k;
        from_float(inside ? w[(filter * c + channel) * area + rs] : 0.0f, packed[i]);
    }
}

// area = R S. ks >= k rows are written.
KERNEL(pack_weights, 256,
    (const float* __restrict__ w, T* __restrict__ packed, int k, int ks, int c, int cs, int area),
    { pack_weights<T>(w, packed, k, ks, c, cs, area); })

template <typename T>
__device__ inline void unpack_gradient(const T* packed, float* dw, int k, int c, int cs, int area) {
    const long long all = (long long)k * area * cs;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < all;
         i += (long long)gridDim.x * blockDim.x) {
        const int channel = (int)(i % cs);
        const int rs = (int)(i / cs % area);
        const long long filter = i / cs / area;
        if (channel < c) {
            dw[(filter * c + channel) * area + rs] += to_float(packed[i]);
        }
    }
}

KERNEL(unpack_gradient, 256,
    (const T* __restrict__ packed, float* __restrict__ dw, int k, int c, int cs, int area),
    { unpack_gradient<T>(packed, dw, k, c, cs, area); })
