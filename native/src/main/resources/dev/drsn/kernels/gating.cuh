// Operations of elements with one number a channel, t [N, Cs] of type F (T or float): what Op.
// SoftThreshold and Op.ChannelScale are, and what the gates end in.
//
//   Shrink  y = sign(x) max(|x| - t, 0)    dx = dy m    dt = -sum_h,w dy sign(x) m,  m = [|x| > t]
//   Scale   y = x t                        dx = dy t    dt = sum_h,w dy x
//
// What a gate averages over H x W: Shrink |x|, Scale x; `slope` is that number's derivative by x.
//
// Launch for all: block 256, grid (channel tiles, slices, N); see Walk.

struct Shrink {
    __device__ static float y(float x, float t) {
        return copysignf(fmaxf(fabsf(x) - t, 0.0f), x);
    }
    __device__ static float dx(float x, float t, float dy) {
        return fabsf(x) > t ? dy : 0.0f;
    }
    __device__ static float dt(float x, float t, float dy) {
        return fabsf(x) > t ? -sign(x) * dy : 0.0f;
    }
    __device__ static float pooled(float x) {
        return fabsf(x);
    }
    __device__ static float slope(float x) {
        return sign(x);
    }
};

struct Scale {
    __device__ static float y(float x, float t) {
        return x * t;
    }
    __device__ static float dx(float, float t, float dy) {
        return dy * t;
    }
    __device__ static float dt(float x, float, float dy) {
        return dy * x;
    }
    __device__ static float pooled(float x) {
        return x;
    }
    __device__ static float slope(float) {
        return 1.0f;
    }
};

// Numbers of a thread's channels.
template <typename T, typename F>
__device__ inline Vector<T> channels(const F* t, int n, int cs, const Walk& w) {
    Vector<T> all;
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        all.at[i] = w.active ? to_float(t[(long long)n * cs + w.channel + i]) : 0.0f;
    }
    return all;
}

// y of one vector, epilogue included. residual null: none.
template <typename Gate, typename T>
__device__ inline Vector<T> gated(
    Vector<T> x, const Vector<T>& t, const T* residual, long long at, bool relu) {
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        x.at[i] = Gate::y(x.at[i], t.at[i]);
    }
    if (residual) {
        const Vector<T> other = load(residual + at);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            x.at[i] += other.at[i];
        }
    }
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        x.at[i] = relu ? fmaxf(x.at[i], 0.0f) : x.at[i];
    }
    return x;
}

// y = f(x, t), then the epilogue.
template <typename Gate, typename T>
__device__ inline void apply(
    const T* x, const Vector<T>& t, const T* residual, T* y, int area, int cs, bool relu,
    const Walk& w) {
    const long long sample = (long long)blockIdx.z * area * cs;
    for (int p = w.begin; w.active && p < w.end; p += w.rows) {
        const long long at = sample + (long long)p * cs + w.channel;
        store(y + at, gated<Gate>(load(x + at), t, residual, at, relu));
    }
}

// dt, and on the way dx (null: not wanted) and dresidual (null: not wanted) = dy' = dy [y > 0].
// Returns true in the threads whose sum is that of their channels.
template <typename Gate, typename T>
__device__ inline bool gate_sums(
    float (&sum)[Vector<T>::LANES], const T* x, const Vector<T>& t, const T* y, const T* dy, T* dx,
    T* dresidual, float* partial, unsigned* tickets, int area, int cs, bool add, bool add_residual,
    const Walk& w) {
    SHARED(float, room, 256 * Vector<T>::LANES);
    const long long sample = (long long)blockIdx.z * area * cs;
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        sum[i] = 0.0f;
    }
    for (int p = w.begin; w.active && p < w.end; p += w.rows) {
        const long long at = sample + (long long)p * cs + w.channel;
        const Vector<T> a = load(x + at);
        Vector<T> g = load_masked(dy, y, at);
        if (dresidual) {
            put(dresidual + at, g, add_residual);
        }
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            sum[i] += Gate::dt(a.at[i], t.at[i], g.at[i]);
            g.at[i] = Gate::dx(a.at[i], t.at[i], g.at[i]);
        }
        if (dx) {
            put(dx + at, g, add);
        }
    }
    return add_slices<T>(sum, room, w, partial, tickets, cs);
}

// mean over H x W of what the gate pools. Returns true in the threads that hold it.
template <typename Gate, typename T>
__device__ inline bool gate_mean(
    float (&sum)[Vector<T>::LANES], const T* x, float* partial, unsigned* tickets, int area, int cs,
    const Walk& w) {
    SHARED(float, room, 256 * Vector<T>::LANES);
    const long long sample = (long long)blockIdx.z * area * cs;
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        sum[i] = 0.0f;
    }
#pragma unroll 4
    for (int p = w.begin; p < w.end; p += w.rows) {
        if (w.active) {
            const Vector<T> a = load(x + sample + (long long)p * cs + w.channel);
#pragma unroll
            for (int i = 0; i < Vector<T>::LANES; i++) {
                sum[i] += Gate::pooled(a.at[i]);
            }
        }
    }
    const bool holds = add_slices<T>(sum, room, w, partial, tickets, cs);
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        sum[i] /= (float)area;
    }
    return holds;
}
