// engine.image.Preprocess: crops of pictures of any size, resized to size x size, as numbers. To the
// bit what the CPU gives: the same weights (double, then float), the same order of additions, no fused
// multiply-add (the intrinsics ending in _rn are never fused).
//
//   preprocess_axes       weights of the old pixels under each new one, both axes
//   preprocess_crop       8-bit crops [N, size, size, C]
//   preprocess_normalise  x [N, size, size, Cs]: v = pixel / 255, then fixed (v - mean_c) / std_c or,
//                         where mean is null, image (v - mean(v)) / max(std(v), 1/64)
//
// A picture is 8 bits, rows of width x channels, 1 (grey) or 3 (red, green, blue): pictures[n] is its
// device address, extents[n] = {height, width, channels}. boxes[n] = {x, y, width, height} is the
// rectangle that Preprocess.crop cuts out (margin and square done already), in pixels; it may reach
// beyond the picture, whose edge pixels are repeated.
//
// taps is the room for weights of one new pixel: at least ceil(width / size) + 1, likewise height,
// and 2. first [N, 2, size] ints, weights [N, 2, size, taps] floats; axis 0 is x, 1 is y.
//
// Launch: axes block 256, grid (ceil(size / 256), 2, N); crop block 256, grid (ceil(size size / 256),
// N); normalise block 256, grid N. Bytes: the pixels under the box about once (at most twice), the
// crop C size size twice, x once.

extern "C" __global__ void BLOCK_OF(256) preprocess_axes(
    const double* __restrict__ boxes, int* __restrict__ first, float* __restrict__ weights, int size,
    int taps) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= size) {
        return;
    }
    const int axis = blockIdx.y;
    const double x = boxes[4 * blockIdx.z + axis];
    const double extent = boxes[4 * blockIdx.z + 2 + axis];
    const double scale = extent / size;
    const long long at = ((long long)blockIdx.z * 2 + axis) * size + i;
    float* w = weights + at * taps;
    for (int t = 0; t < taps; t++) {
        w[t] = 0.0f;
    }
    if (scale >= 1.0) {
        const double begin = __dadd_rn(x, __dmul_rn((double)i, scale));
        const double end = __dadd_rn(x, __dmul_rn((double)(i + 1), scale));
        const double from = floor(begin);
        first[at] = (int)from;
        for (int t = 0; t < taps; t++) {
            const double pixel = from + t;
            const double covered = fmin(end, pixel + 1.0) - fmax(begin, pixel);
            w[t] = (float)(fmax(0.0, covered) / scale);
        }
    } else {
        const double middle = __dadd_rn(__dadd_rn(x, __dmul_rn(i + 0.5, scale)), -0.5);
        const double from = floor(middle);
        first[at] = (int)from;
        w[1] = (float)(middle - from);
        w[0] = 1.0f - w[1];
    }
}
ENTRY(preprocess_axes)

__device__ inline int clamp_to(int i, int extent) {
    return at_most(at_least(i, 0), extent - 1);
}

extern "C" __global__ void BLOCK_OF(256) preprocess_crop(
    const unsigned char* const* __restrict__ pictures, const int* __restrict__ extents,
    const int* __restrict__ first, const float* __restrict__ weights,
    unsigned char* __restrict__ crops, int size, int channels, int taps) {
    const int n = blockIdx.y;
    const int index = blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= size * size) {
        return;
    }
    const unsigned char* picture = pictures[n];
    const int height = extents[3 * n];
    const int width = extents[3 * n + 1];
    const int from = extents[3 * n + 2];
    const long long across = (long long)n * 2 * size + index % size;
    const long long down = (long long)n * 2 * size + size + index / size;
    const float* wx = weights + across * taps;
    const float* wy = weights + down * taps;
    float sums[3] = {0.0f, 0.0f, 0.0f};
    for (int t = 0; t < taps; t++) {
        const unsigned char* row =
            picture + (long long)clamp_to(first[down] + t, height) * width * from;
        float line[3] = {0.0f, 0.0f, 0.0f};
        for (int s = 0; s < taps; s++) {
            const unsigned char* pixel = row + (long long)clamp_to(first[across] + s, width) * from;
            const float w = wx[s];
            const bool luma = channels == 1 && from == 3;
#pragma unroll
            for (int c = 0; c < 3; c++) {
                if (c >= channels) {
                    break;
                }
                const int value = luma
                    ? (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2] + 500) / 1000
                    : pixel[from == 1 ? 0 : c];
                line[c] = __fadd_rn(line[c], __fmul_rn(w, (float)value));
            }
        }
#pragma unroll
        for (int c = 0; c < 3; c++) {
            sums[c] = __fadd_rn(sums[c], __fmul_rn(wy[t], line[c]));
        }
    }
#pragma unroll
    for (int c = 0; c < 3; c++) {
        if (c < channels) {
            const int value = (int)__fadd_rn(sums[c], 0.5f);
            crops[((long long)n * size * size + index) * channels + c] =
                (unsigned char)at_most(255, value);
        }
    }
}
ENTRY(preprocess_crop)

// The sum over a block of 256, in every thread; room has 256 doubles.
__device__ inline double block_sum(double x, double* room) {
    __syncthreads();  // room may still be read
    room[threadIdx.x] = x;
    for (int half = 128; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            room[threadIdx.x] += room[threadIdx.x + half];
        }
    }
    __syncthreads();
    return room[0];
}

template <typename T>
__device__ inline void preprocess_normalise(
    const unsigned char* crops, const float* mean, const float* std, T* x, int size, int channels,
    int cs) {
    SHARED(double, room, 256);
    const int area = size * size;
    const int numbers = area * channels;
    const unsigned char* crop = crops + (long long)blockIdx.x * numbers;
    float average = 0.0f;
    float deviation = 1.0f;
    if (!mean) {
        double sum = 0.0;
        for (int i = threadIdx.x; i < numbers; i += blockDim.x) {
            sum += crop[i] / 255.0f;
        }
        const double whole = block_sum(sum, room) / numbers;
        double squares = 0.0;
        for (int i = threadIdx.x; i < numbers; i += blockDim.x) {
            const double d = crop[i] / 255.0f - whole;
            squares += d * d;
        }
        average = (float)whole;
        deviation = fmaxf((float)sqrt(block_sum(squares, room) / numbers), 1.0f / 64.0f);
    }
    for (int p = threadIdx.x; p < area; p += blockDim.x) {
        T* to = x + ((long long)blockIdx.x * area + p) * cs;
        for (int first = 0; first < cs; first += Vector<T>::LANES) {
            Vector<T> v = {};
#pragma unroll
            for (int i = 0; i < Vector<T>::LANES; i++) {
                const int c = first + i;
                if (c < channels) {
                    const float number = crop[p * channels + c] / 255.0f;
                    v.at[i] = mean ? (number - mean[c]) / std[c] : (number - average) / deviation;
                }
            }
            store(to + first, v);
        }
    }
}

KERNEL(preprocess_normalise, 256,
    (const unsigned char* __restrict__ crops, const float* __restrict__ mean,
     const float* __restrict__ std, T* __restrict__ x, int size, int channels, int cs),
    { preprocess_normalise<T>(crops, mean, std, x, size, channels, cs); })
