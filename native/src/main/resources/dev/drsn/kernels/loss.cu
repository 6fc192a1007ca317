// Op.SoftmaxCrossEntropy and Op.CentreLoss: one number y for N samples, from x and targets t [N, Ks]
// of type T; y and dy are single floats whatever T is.
//
//   softmax_cross_entropy  p = softmax(x)   y = -1/N sum_n,k t log p   dx = dy (p sum_k t - t) / N
//
//   centre_loss   k(n) the first of the largest t[n, k],  S = sum_n |x[n] - c[k(n)]|^2
//     plain       y = S / (2 N)     dx[n] = dy (x[n] - c[k(n)]) / N
//                 dc[k] += -dy/N sum_{k(n) = k} (x[n] - c[k])
//     separating  V = 1/K sum_k |c[k] - cbar|^2 + epsilon     L = S / V     y = L / N
//                 dx[n] = dy 2/(V N) (x[n] - c[k(n)])
//                 dc[k] += -dy 2/(V N) (sum_{k(n) = k} (x[n] - c[k]) + L/K (c[k] - cbar))
//
// centres [K, D] are parameters: dense, D = C H W in NCHW order, while x is [N, H, W, Cs].
//
// Launches:
//   softmax_cross_entropy_forward   block 256, grid 1
//   softmax_cross_entropy_backward  block 256, grid ceil(N / 8): a warp a sample
//   centre_loss_forward   block 256, grid any; partial [grid, 2] floats, tickets [1] zero before and
//                         after; saves S and V in saved [2]
//   centre_loss_backward  block 256, grid ceil(D / 256), dynamic shared 4 N bytes for the labels
// Bytes: x once, targets once (centre_loss_backward: a block), centres once.

// log sum_k exp(x[k]) of one sample, in every lane; the largest is taken out first.
template <typename T>
__device__ inline float log_sum(const T* x, int k) {
    float largest = -3.4e38f;
    for (int i = threadIdx.x % 32; i < k; i += 32) {
        largest = fmaxf(largest, to_float(x[i]));
    }
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) {
        largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, offset));
    }
    float sum = 0.0f;
    for (int i = threadIdx.x % 32; i < k; i += 32) {
        sum += expf(to_float(x[i]) - largest);
    }
    return largest + logf(warp_sum(sum));
}

template <typename T>
__device__ inline void softmax_cross_entropy_forward(
    const T* x, const T* targets, float* y, int n, int k, int ks) {
    SHARED(float, room, 32);
    float sum = 0.0f;
    for (int m = threadIdx.x / 32; m < n; m += blockDim.x / 32) {
        const long long row = (long long)m * ks;
        const float log_of_sum = log_sum(x + row, k);
        for (int i = threadIdx.x % 32; i < k; i += 32) {
            sum -= to_float(targets[row + i]) * (to_float(x[row + i]) - log_of_sum);
        }
    }
    sum = block_sum(sum, room);
    if (threadIdx.x == 0) {
        y[0] = sum / (float)n;
    }
}

KERNEL(softmax_cross_entropy_forward, 256,
    (const T* __restrict__ x, const T* __restrict__ targets, float* __restrict__ y, int n, int k,
     int ks),
    { softmax_cross_entropy_forward<T>(x, targets, y, n, k, ks); })

template <typename T>
__device__ inline void softmax_cross_entropy_backward(
    const T* x, const T* targets, const float* dy, T* dx, int n, int k, int ks, bool add) {
    const int m = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    if (m >= n) {
        return;
    }
    const long long row = (long long)m * ks;
    const float log_of_sum = log_sum(x + row, k);
    float total = 0.0f;
    for (int i = threadIdx.x % 32; i < k; i += 32) {
        total += to_float(targets[row + i]);
    }
    total = warp_sum(total);
    const float scale = dy[0] / (float)n;
    for (int i = threadIdx.x % 32; i < ks; i += 32) {
        float g = 0.0f;
        if (i < k) {
            const float p = expf(to_float(x[row + i]) - log_of_sum);
            g = scale * (p * total - to_float(targets[row + i]));
        }
        from_float(add ? to_float(dx[row + i]) + g : g, dx[row + i]);
    }
}

KERNEL(softmax_cross_entropy_backward, 256,
    (const T* __restrict__ x, const T* __restrict__ targets, const float* __restrict__ dy,
     T* __restrict__ dx, int n, int k, int ks, int add),
    { softmax_cross_entropy_backward<T>(x, targets, dy, dx, n, k, ks, add); })

// k(n).
template <typename T>
__device__ inline int label(const T* targets, int k) {
    int best = 0;
    float largest = to_float(targets[0]);
    for (int i = 1; i < k; i++) {
        const float target = to_float(targets[i]);
        if (target > largest) {
            largest = target;
            best = i;
        }
    }
    return best;
}

// Where element d = (c H W + pixel) of a sample lies in [H, W, Cs].
__device__ inline long long channels_last(int d, int area, int cs) {
    return (long long)(d % area) * cs + d / area;
}

__device__ inline float centre_mean(const float* centres, int k, int depth, int d) {
    float sum = 0.0f;
    for (int i = 0; i < k; i++) {
        sum += centres[(long long)i * depth + d];
    }
    return sum / (float)k;
}

template <typename T>
__device__ inline void centre_loss_forward(
    const T* x, const T* targets, const float* centres, float* y, float* saved, float* partial,
    unsigned* ticket, int n, int k, int ks, int c, int area, int cs, bool separating, float epsilon) {
    SHARED(float, room, 32);
    SHARED(int, own, 1);
    const int depth = c * area;
    float distances = 0.0f;
    for (int m = blockIdx.x; m < n; m += gridDim.x) {
        __syncthreads();  // own may still be read
        if (threadIdx.x == 0) {
            own[0] = label(targets + (long long)m * ks, k);
        }
        __syncthreads();
        const float* centre = centres + (long long)own[0] * depth;
        for (int d = threadIdx.x; d < depth; d += blockDim.x) {
            const float distance =
                to_float(x[(long long)m * area * cs + channels_last(d, area, cs)]) - centre[d];
            distances += distance * distance;
        }
    }
    float spread = 0.0f;
    for (int d = blockIdx.x * blockDim.x + threadIdx.x; separating && d < depth;
         d += gridDim.x * blockDim.x) {
        const float mean = centre_mean(centres, k, depth, d);
        for (int i = 0; i < k; i++) {
            const float distance = centres[(long long)i * depth + d] - mean;
            spread += distance * distance;
        }
    }
    distances = block_sum(distances, room);
    spread = block_sum(spread, room);
    if (threadIdx.x == 0) {
        partial[2 * blockIdx.x] = distances;
        partial[2 * blockIdx.x + 1] = spread;
    }
    if (is_last(ticket, gridDim.x) && threadIdx.x == 0) {
        float s = 0.0f;
        float v = 0.0f;
        for (int b = 0; b < (int)gridDim.x; b++) {
            s += partial[2 * b];
            v += partial[2 * b + 1];
        }
        v = separating ? v / (float)k + epsilon : 2.0f;
        saved[0] = s;
        saved[1] = v;
        y[0] = s / v / (float)n;
    }
}

KERNEL(centre_loss_forward, 256,
    (const T* __restrict__ x, const T* __restrict__ targets, const float* __restrict__ centres,
     float* __restrict__ y, float* __restrict__ saved, float* partial, unsigned* tickets, int n, int k,
     int ks, int c, int area, int cs, int separating, float epsilon),
    { centre_loss_forward<T>(
          x, targets, centres, y, saved, partial, tickets, n, k, ks, c, area, cs, separating,
          epsilon); })

// A thread has element d of all samples and centres.
template <typename T>
__device__ inline void centre_loss_backward(
    const T* x, const T* targets, const float* centres, const float* saved, const float* dy, T* dx,
    float* dcentres, int n, int k, int ks, int c, int area, int cs, bool separating, bool add) {
    DYNAMIC_SHARED(memory);
    int* labels = (int*)memory;
    for (int m = threadIdx.x; m < n; m += blockDim.x) {
        labels[m] = label(targets + (long long)m * ks, k);
    }
    __syncthreads();
    const int depth = c * area;
    const int d = blockIdx.x * blockDim.x + threadIdx.x;
    if (d >= depth) {
        return;
    }
    const float scale = dy[0] * 2.0f / (saved[1] * (float)n);
    const float push = separating ? saved[0] / saved[1] / (float)k : 0.0f;
    const float mean = separating ? centre_mean(centres, k, depth, d) : 0.0f;
    for (int i = 0; i < k; i++) {
        const float centre = centres[(long long)i * depth + d];
        float sum = push * (centre - mean);
        for (int m = 0; m < n; m++) {
            if (labels[m] == i) {
                const long long at = (long long)m * area * cs + channels_last(d, area, cs);
                const float distance = to_float(x[at]) - centre;
                sum += distance;
                if (dx) {
                    const float g = scale * distance;
                    from_float(add ? to_float(dx[at]) + g : g, dx[at]);
                }
            }
        }
        if (dcentres) {
            dcentres[(long long)i * depth + d] -= scale * sum;
        }
    }
}

// Spare channels of dx are left as they are. dx, dcentres null: not wanted.
KERNEL(centre_loss_backward, 256,
    (const T* __restrict__ x, const T* __restrict__ targets, const float* __restrict__ centres,
     const float* __restrict__ saved, const float* __restrict__ dy, T* __restrict__ dx,
     float* __restrict__ dcentres, int n, int k, int ks, int c, int area, int cs, int separating,
     int add),
    { centre_loss_backward<T>(
          x, targets, centres, saved, dy, dx, dcentres, n, k, ks, c, area, cs, separating, add); })
