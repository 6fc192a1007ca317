// Op.BatchNorm of every channel over the M = N H W pixels of x [M, Cs].
//
//   sigma = sqrt(var + epsilon)   xhat = (x - mean) / sigma   y = relu(gamma xhat + beta + residual)
//   batch: mean, var of the M pixels; running_mean = 0.9 running_mean + 0.1 mean, running_var
//          likewise with var M / (M - 1)
//
//   dgamma += sum dy' xhat    dbeta += sum dy'    dy' = dy [y > 0]
//   dx = gamma / sigma (dy' - sum dy' / M - xhat sum dy' xhat / M)      running: gamma / sigma dy'
//
// Batch statistics take two launches, batch_norm_statistics and batch_norm_forward; running ones
// only the second. Backward takes batch_norm_sums and batch_norm_backward. Saved: mean, var [Cs].
// Variances are of x less the channel's first element, so that a large mean costs no digits.
//
// Launch: block 256, grid (channel tiles, slices). partial [slices, 2, Cs] floats, tickets [channel
// tiles] zero before and after; neither is touched with one slice. Bytes: statistics x; forward x,
// residual, y; sums x, y, dy, dresidual; backward x, y, dy, dx. As in channel_gate.cu dresidual can
// stand for dy, and null for y, where it was overwritten.

struct Statistics {
    const float* mean;
    const float* var;
    int c;
};

// 1 / sigma and mean of a thread's channels; 0 in spare ones.
template <typename T>
__device__ inline void channel_statistics(
    Vector<T>& mean, Vector<T>& rate, const Statistics& of, const Walk& w) {
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        const int c = w.channel + i;
        const bool inside = w.active && c < of.c;
        mean.at[i] = inside ? of.mean[c] : 0.0f;
        rate.at[i] = inside ? 1.0f / sqrtf(of.var[c] + 1e-5f) : 0.0f;
    }
}

template <typename T>
__device__ inline Vector<T> parameter(const float* from, int c, const Walk& w) {
    Vector<T> all;
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        all.at[i] = w.active && w.channel + i < c ? from[w.channel + i] : 0.0f;
    }
    return all;
}

template <typename T>
__device__ inline void batch_norm_statistics(
    const T* x, float* mean, float* var, float* running_mean, float* running_var, float* partial,
    unsigned* tickets, int pixels, int c, int cs) {
    constexpr int LANES = Vector<T>::LANES;
    SHARED(float, room, 256 * 2 * LANES);
    const Walk w = walk<T>(pixels, cs);
    float sum[2 * LANES] = {};
    Vector<T> origin = {};
    if (w.active) {
        origin = load(x + w.channel);
#pragma unroll 4
        for (int p = w.begin; p < w.end; p += w.rows) {
            const Vector<T> v = load(x + (long long)p * cs + w.channel);
#pragma unroll
            for (int i = 0; i < LANES; i++) {
                const float distance = v.at[i] - origin.at[i];
                sum[i] += distance;
                sum[LANES + i] += distance * distance;
            }
        }
    }
    if (add_slices<T>(sum, room, w, partial, tickets, cs)) {
#pragma unroll
        for (int i = 0; i < LANES; i++) {
            const int channel = w.channel + i;
            const float distance = sum[i] / (float)pixels;
            const float average = origin.at[i] + distance;
            const float variance =
                fmaxf(sum[LANES + i] / (float)pixels - distance * distance, 0.0f);
            mean[channel] = average;
            var[channel] = variance;
            if (channel < c) {
                const float unbiased =
                    pixels > 1 ? variance * ((float)pixels / (float)(pixels - 1)) : variance;
                running_mean[channel] = 0.9f * running_mean[channel] + 0.1f * average;
                running_var[channel] = 0.9f * running_var[channel] + 0.1f * unbiased;
            }
        }
    }
}

KERNEL(batch_norm_statistics, 256,
    (const T* __restrict__ x, float* __restrict__ mean, float* __restrict__ var,
     float* __restrict__ running_mean, float* __restrict__ running_var, float* partial,
     unsigned* tickets, int pixels, int c, int cs),
    { batch_norm_statistics<T>(
          x, mean, var, running_mean, running_var, partial, tickets, pixels, c, cs); })

template <typename T>
__device__ inline void batch_norm_forward(
    const T* x, const T* residual, T* y, const Statistics& of, const float* gamma, const float* beta,
    int pixels, int cs, bool relu) {
    const Walk w = walk<T>(pixels, cs);
    Vector<T> mean;
    Vector<T> rate;
    channel_statistics<T>(mean, rate, of, w);
    const Vector<T> scale = parameter<T>(gamma, of.c, w);
    const Vector<T> shift = parameter<T>(beta, of.c, w);
#pragma unroll 2
    for (int p = w.begin; p < w.end; p += w.rows) {
        if (w.active) {
            const long long at = (long long)p * cs + w.channel;
            Vector<T> v = load(x + at);
#pragma unroll
            for (int i = 0; i < Vector<T>::LANES; i++) {
                v.at[i] = (v.at[i] - mean.at[i]) * rate.at[i] * scale.at[i] + shift.at[i];
            }
            if (residual) {
                const Vector<T> other = load(residual + at);
#pragma unroll
                for (int i = 0; i < Vector<T>::LANES; i++) {
                    v.at[i] += other.at[i];
                }
            }
#pragma unroll
            for (int i = 0; i < Vector<T>::LANES; i++) {
                v.at[i] = relu ? fmaxf(v.at[i], 0.0f) : v.at[i];
            }
            store(y + at, v);
        }
    }
}

KERNEL(batch_norm_forward, 256,
    (const T* __restrict__ x, const T* __restrict__ residual, T* __restrict__ y,
     const float* __restrict__ mean, const float* __restrict__ var, const float* __restrict__ gamma,
     const float* __restrict__ beta, int pixels, int c, int cs, int relu),
    { batch_norm_forward<T>(x, residual, y, {mean, var, c}, gamma, beta, pixels, cs, relu); })

template <typename T>
__device__ inline void batch_norm_sums(
    const T* x, const T* y, const T* dy, T* dresidual, const Statistics& of, float* dgamma,
    float* dbeta, float* sums, float* partial, unsigned* tickets, int pixels, int cs,
    bool add_residual) {
    constexpr int LANES = Vector<T>::LANES;
    SHARED(float, room, 256 * 2 * LANES);
    const Walk w = walk<T>(pixels, cs);
    Vector<T> mean;
    Vector<T> rate;
    channel_statistics<T>(mean, rate, of, w);
    float sum[2 * LANES] = {};
    for (int p = w.begin; w.active && p < w.end; p += w.rows) {
        const long long at = (long long)p * cs + w.channel;
        const Vector<T> v = load(x + at);
        const Vector<T> g = load_masked(dy, y, at);
        if (dresidual) {
            put(dresidual + at, g, add_residual);
        }
#pragma unroll
        for (int i = 0; i < LANES; i++) {
            sum[i] += g.at[i];
            sum[LANES + i] += g.at[i] * ((v.at[i] - mean.at[i]) * rate.at[i]);
        }
    }
    if (add_slices<T>(sum, room, w, partial, tickets, cs)) {
#pragma unroll
        for (int i = 0; i < LANES; i++) {
            const int channel = w.channel + i;
            sums[channel] = sum[i];
            sums[cs + channel] = sum[LANES + i];
            if (dbeta && channel < of.c) {
                dbeta[channel] += sum[i];
            }
            if (dgamma && channel < of.c) {
                dgamma[channel] += sum[LANES + i];
            }
        }
    }
}

// sums [2, Cs]. y null: no ReLU; dresidual, dgamma, dbeta null: not wanted.
KERNEL(batch_norm_sums, 256,
    (const T* __restrict__ x, const T* __restrict__ y, const T* __restrict__ dy,
     T* __restrict__ dresidual, const float* __restrict__ mean, const float* __restrict__ var,
     float* __restrict__ dgamma, float* __restrict__ dbeta, float* __restrict__ sums, float* partial,
     unsigned* tickets, int pixels, int c, int cs, int add_residual),
    { batch_norm_sums<T>(
          x, y, dy, dresidual, {mean, var, c}, dgamma, dbeta, sums, partial, tickets, pixels, cs,
          add_residual); })

template <typename T>
__device__ inline void batch_norm_backward(
    const T* x, const T* y, const T* dy, T* dx, const Statistics& of, const float* gamma,
    const float* sums, int pixels, int cs, bool add) {
    const Walk w = walk<T>(pixels, cs);
    Vector<T> mean;
    Vector<T> rate;
    channel_statistics<T>(mean, rate, of, w);
    const Vector<T> scale = parameter<T>(gamma, of.c, w);
    Vector<T> average = {};
    Vector<T> slope = {};
    if (sums) {
        average = parameter<T>(sums, cs, w);
        slope = parameter<T>(sums + cs, cs, w);
    }
    for (int p = w.begin; w.active && p < w.end; p += w.rows) {
        const long long at = (long long)p * cs + w.channel;
        const Vector<T> v = load(x + at);
        Vector<T> g = load_masked(dy, y, at);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            const float xhat = (v.at[i] - mean.at[i]) * rate.at[i];
            g.at[i] -= (average.at[i] + xhat * slope.at[i]) / (float)pixels;
            g.at[i] *= scale.at[i] * rate.at[i];
        }
        put(dx + at, g, add);
    }
}

// sums null: running statistics.
KERNEL(batch_norm_backward, 256,
    (const T* __restrict__ x, const T* __restrict__ y, const T* __restrict__ dy, T* __restrict__ dx,
     const float* __restrict__ mean, const float* __restrict__ var, const float* __restrict__ gamma,
     const float* __restrict__ sums, int pixels, int c, int cs, int add),
    { batch_norm_backward<T>(x, y, dy, dx, {mean, var, c}, gamma, sums, pixels, cs, add); })

// db[k] += sum over pixels of dy [M, Ks]: what is left of a convolution's or linear layer's backward
// where a library does the rest. Launch as above, partial [slices, Ks].
template <typename T>
__device__ inline void bias_backward(
    const T* dy, float* db, float* partial, unsigned* tickets, int pixels, int k, int ks) {
    constexpr int LANES = Vector<T>::LANES;
    SHARED(float, room, 256 * LANES);
    const Walk w = walk<T>(pixels, ks);
    float sum[LANES] = {};
    for (int p = w.begin; w.active && p < w.end; p += w.rows) {
        const Vector<T> g = load(dy + (long long)p * ks + w.channel);
#pragma unroll
        for (int i = 0; i < LANES; i++) {
            sum[i] += g.at[i];
        }
    }
    if (add_slices<T>(sum, room, w, partial, tickets, ks)) {
#pragma unroll
        for (int i = 0; i < LANES; i++) {
            if (w.channel + i < k) {
                db[w.channel + i] += sum[i];
            }
        }
    }
}

KERNEL(bias_backward, 256,
    (const T* __restrict__ dy, float* __restrict__ db, float* partial, unsigned* tickets, int pixels,
     int k, int ks),
    { bias_backward<T>(dy, db, partial, tickets, pixels, k, ks); })
