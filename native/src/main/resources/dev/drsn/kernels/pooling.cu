// Op.MaxPool, Op.AveragePool, Op.AdaptiveAveragePool and Op.GlobalAverage of x [N, H, W, Cs] to
// y [N, P, Q, Cs].
//
//   maximum  y = max x[i, j] over the window      dx[i, j] = sum dy where (i, j) was the first maximum
//   mean     y = sum x[i, j] / A                  dx[i, j] = sum dy / A over the windows that hold it
//
// A window's area A counts its padding; regions of the adaptive mean, rows floor(p H / P) to
// ceil((p + 1) H / P), have none. max_pool_forward saves which pixel of the window won, counted row by
// row, as one unsigned short an element of y (first null in inference). Backward gathers: a thread
// has 16 bytes of dx and asks all windows that hold it, so that nothing is added atomically.
//
// Launch: block 256, grid any number of blocks in strides over the 16-byte vectors of y (forward) or
// dx (backward); global_average_forward: grid (channel tiles, slices, N), partial and tickets as in
// channelwise.cu. Bytes: x and y once (overlapping windows meet in the caches), 2 bytes an element of
// y for first.

struct Window {
    int height;
    int width;
    int stride_h;
    int stride_w;
    int pad_h;
    int pad_w;
};

struct Extents {
    int h;
    int w;
    int p;
    int q;
    int cs;
};

__device__ inline int div_up(int a, int b) {
    return (a + b - 1) / b;
}

template <typename T>
__device__ inline void max_pool_forward(
    const T* x, T* y, unsigned short* first, const Extents& of, const Window& window, int n) {
    constexpr int LANES = Vector<T>::LANES;
    const int vectors = of.cs / LANES;
    const long long all = (long long)n * of.p * of.q * vectors;
    for (long long v = (long long)blockIdx.x * blockDim.x + threadIdx.x; v < all;
         v += (long long)gridDim.x * blockDim.x) {
        const int channel = (int)(v % vectors) * LANES;
        const int q = (int)(v / vectors % of.q);
        const long long row = v / vectors / of.q;
        const int p = (int)(row % of.p);
        const T* image = x + row / of.p * of.h * of.w * of.cs + channel;
        const int top = p * window.stride_h - window.pad_h;
        const int left = q * window.stride_w - window.pad_w;
        Vector<T> best = {};
        int where[LANES];
        bool any = false;
        for (int r = at_least(-top, 0); r < at_most(window.height, of.h - top); r++) {
            for (int s = at_least(-left, 0); s < at_most(window.width, of.w - left); s++) {
                const Vector<T> a =
                    load(image + ((long long)(top + r) * of.w + left + s) * of.cs);
#pragma unroll
                for (int i = 0; i < LANES; i++) {
                    const bool wins = !any || a.at[i] > best.at[i];
                    best.at[i] = wins ? a.at[i] : best.at[i];
                    where[i] = wins ? r * window.width + s : where[i];
                }
                any = true;
            }
        }
        store(y + v * LANES, best);
        if (first) {
#pragma unroll
            for (int i = 0; i < LANES; i++) {
                first[v * LANES + i] = (unsigned short)where[i];
            }
        }
    }
}

KERNEL(max_pool_forward, 256,
    (const T* __restrict__ x, T* __restrict__ y, unsigned short* __restrict__ first, int n, int h,
     int w, int p, int q, int cs, int height, int width, int stride_h, int stride_w, int pad_h,
     int pad_w),
    { max_pool_forward<T>(
          x, y, first, {h, w, p, q, cs}, {height, width, stride_h, stride_w, pad_h, pad_w}, n); })

template <typename T>
__device__ inline void max_pool_backward(
    const unsigned short* first, const T* dy, T* dx, const Extents& of, const Window& window, int n,
    bool add) {
    constexpr int LANES = Vector<T>::LANES;
    const int vectors = of.cs / LANES;
    const long long all = (long long)n * of.h * of.w * vectors;
    for (long long v = (long long)blockIdx.x * blockDim.x + threadIdx.x; v < all;
         v += (long long)gridDim.x * blockDim.x) {
        const int channel = (int)(v % vectors) * LANES;
        const int j = (int)(v / vectors % of.w);
        const long long row = v / vectors / of.w;
        const int i = (int)(row % of.h);
        const long long image = row / of.h * of.p * of.q;
        // p strideH - padH <= i < p strideH - padH + height
        const int p0 = at_least(div_up(i + window.pad_h - window.height + 1, window.stride_h), 0);
        const int p1 = at_most((i + window.pad_h) / window.stride_h, of.p - 1);
        const int q0 = at_least(div_up(j + window.pad_w - window.width + 1, window.stride_w), 0);
        const int q1 = at_most((j + window.pad_w) / window.stride_w, of.q - 1);
        Vector<T> sum = {};
        for (int p = p0; p <= p1; p++) {
            for (int q = q0; q <= q1; q++) {
                const long long at = (image + (long long)p * of.q + q) * of.cs + channel;
                const int here = (i - p * window.stride_h + window.pad_h) * window.width + j
                    - q * window.stride_w + window.pad_w;
                const Vector<T> g = load(dy + at);
#pragma unroll
                for (int l = 0; l < LANES; l++) {
                    sum.at[l] += first[at + l] == here ? g.at[l] : 0.0f;
                }
            }
        }
        put(dx + v * LANES, sum, add);
    }
}

KERNEL(max_pool_backward, 256,
    (const unsigned short* __restrict__ first, const T* __restrict__ dy, T* __restrict__ dx, int n,
     int h, int w, int p, int q, int cs, int height, int width, int stride_h, int stride_w, int pad_h,
     int pad_w, int add),
    { max_pool_backward<T>(
          first, dy, dx, {h, w, p, q, cs}, {height, width, stride_h, stride_w, pad_h, pad_w}, n,
          add); })

template <typename T>
__device__ inline void average_pool_forward(
    const T* x, T* y, const Extents& of, const Window& window, bool adaptive, int n) {
    constexpr int LANES = Vector<T>::LANES;
    const int vectors = of.cs / LANES;
    const long long all = (long long)n * of.p * of.q * vectors;
    for (long long v = (long long)blockIdx.x * blockDim.x + threadIdx.x; v < all;
         v += (long long)gridDim.x * blockDim.x) {
        const int channel = (int)(v % vectors) * LANES;
        const int q = (int)(v / vectors % of.q);
        const long long row = v / vectors / of.q;
        const int p = (int)(row % of.p);
        const T* image = x + row / of.p * of.h * of.w * of.cs + channel;
        const int top = adaptive ? p * of.h / of.p : p * window.stride_h - window.pad_h;
        const int left = adaptive ? q * of.w / of.q : q * window.stride_w - window.pad_w;
        const int bottom = adaptive ? div_up((p + 1) * of.h, of.p) : top + window.height;
        const int right = adaptive ? div_up((q + 1) * of.w, of.q) : left + window.width;
        Vector<T> sum = {};
        for (int i = at_least(top, 0); i < at_most(bottom, of.h); i++) {
            for (int j = at_least(left, 0); j < at_most(right, of.w); j++) {
                const Vector<T> a = load(image + ((long long)i * of.w + j) * of.cs);
#pragma unroll
                for (int l = 0; l < LANES; l++) {
                    sum.at[l] += a.at[l];
                }
            }
        }
#pragma unroll
        for (int l = 0; l < LANES; l++) {
            sum.at[l] /= (float)((bottom - top) * (right - left));
        }
        store(y + v * LANES, sum);
    }
}

// adaptive: the window's six numbers are not read.
KERNEL(average_pool_forward, 256,
    (const T* __restrict__ x, T* __restrict__ y, int n, int h, int w, int p, int q, int cs, int height,
     int width, int stride_h, int stride_w, int pad_h, int pad_w, int adaptive),
    { average_pool_forward<T>(
          x, y, {h, w, p, q, cs}, {height, width, stride_h, stride_w, pad_h, pad_w}, adaptive, n); })

template <typename T>
__device__ inline void average_pool_backward(
    const T* dy, T* dx, const Extents& of, const Window& window, bool adaptive, int n, bool add) {
    constexpr int LANES = Vector<T>::LANES;
    const int vectors = of.cs / LANES;
    const long long all = (long long)n * of.h * of.w * vectors;
    for (long long v = (long long)blockIdx.x * blockDim.x + threadIdx.x; v < all;
         v += (long long)gridDim.x * blockDim.x) {
        const int channel = (int)(v % vectors) * LANES;
        const int j = (int)(v / vectors % of.w);
        const long long row = v / vectors / of.w;
        const int i = (int)(row % of.h);
        const T* image = dy + row / of.h * of.p * of.q * of.cs + channel;
        const int p0 = adaptive
            ? i * of.p / of.h
            : at_least(div_up(i + window.pad_h - window.height + 1, window.stride_h), 0);
        const int p1 = adaptive
            ? ((i + 1) * of.p - 1) / of.h
            : at_most((i + window.pad_h) / window.stride_h, of.p - 1);
        const int q0 = adaptive
            ? j * of.q / of.w
            : at_least(div_up(j + window.pad_w - window.width + 1, window.stride_w), 0);
        const int q1 = adaptive
            ? ((j + 1) * of.q - 1) / of.w
            : at_most((j + window.pad_w) / window.stride_w, of.q - 1);
        Vector<T> sum = {};
        for (int p = p0; p <= p1; p++) {
            const int rows =
                adaptive ? div_up((p + 1) * of.h, of.p) - p * of.h / of.p : window.height;
            for (int q = q0; q <= q1; q++) {
                const int columns =
                    adaptive ? div_up((q + 1) * of.w, of.q) - q * of.w / of.q : window.width;
                const Vector<T> g = load(image + ((long long)p * of.q + q) * of.cs);
#pragma unroll
                for (int l = 0; l < LANES; l++) {
                    sum.at[l] += g.at[l] / (float)(rows * columns);
                }
            }
        }
        put(dx + v * LANES, sum, add);
    }
}

// Op.GlobalAverage's backward too: p = q = 1, adaptive.
KERNEL(average_pool_backward, 256,
    (const T* __restrict__ dy, T* __restrict__ dx, int n, int h, int w, int p, int q, int cs,
     int height, int width, int stride_h, int stride_w, int pad_h, int pad_w, int adaptive, int add),
    { average_pool_backward<T>(
          dy, dx, {h, w, p, q, cs}, {height, width, stride_h, stride_w, pad_h, pad_w}, adaptive, n,
          add); })

template <typename T>
__device__ inline void global_average_forward(
    const T* x, T* y, float* partial, unsigned* tickets, int area, int cs) {
    const Walk w = walk<T>(area, cs);
    float mean[Vector<T>::LANES];
    if (gate_mean<Scale, T>(mean, x, partial, tickets, area, cs, w)) {
        Vector<T> all;
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            all.at[i] = mean[i];
        }
        store(y + (long long)blockIdx.z * cs + w.channel, all);
    }
}

KERNEL(global_average_forward, 256,
    (const T* __restrict__ x, T* __restrict__ y, float* partial, unsigned* tickets, int area, int cs),
    { global_average_forward<T>(x, y, partial, tickets, area, cs); })
