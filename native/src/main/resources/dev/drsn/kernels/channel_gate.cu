// Op.Shrinkage and Op.SqueezeExcite on images; the small network within a gate is bottleneck.cu's in
// training and part of these kernels in inference. J hidden units, O outputs (C, or 1 for the
// channel-shared shrinkage), t the gate's number a channel:
//
//   shrinkage       a = mean_h,w |x|   alpha = sigmoid(W2 relu(norm(W1 a + b1)) + b2)
//                   t = alpha a; shared: alpha mean_c a     y = sign(x) max(|x| - t, 0)
//   squeeze_excite  a = mean_h,w x     t = alpha            y = x t
//   both            then the epilogue: y = relu(y + residual)
//
// Inference, each way one or two launches:
//
//   *_forward  the whole gate. A cluster of gridDim.y blocks takes S samples: each block the same
//       share of their pixels, which it keeps in shared memory (keep = 1), so that x is read once;
//       the hidden units and outputs are shared out among the blocks too, and what a block computes
//       it writes into the others' shared memory. Launch: block 128 to 512, grid (1, K, ceil(N / S)),
//       cluster (1, K, 1), K 1 to 8 and 1 below sm_90; needs Cs / LANES <= block. Dynamic shared
//       bytes: 4 (block LANES + 3 S Cs + roundUp4(S J)) + keep S ceil(H W / K) Cs sizeof(T).
//   *_pool, *_gate  for images that are large while C is small: means a [N, Cs] first, then each
//       block computes the small network of its sample over again. Launch: block 256, grid (channel
//       tiles, slices, N); *_gate with 4 (roundUp4(J) + Cs) bytes of dynamic shared memory.
//
// Training: *_pool, bottleneck_hidden, bottleneck_output, *_apply; backward: *_backward_sums (dt),
// bottleneck_dz, bottleneck_backward_hidden, bottleneck_backward_input (da), *_backward:
//
//   dx = dy' dy/dx + da slope / (H W),   slope = sign(x), squeeze_excite: 1
//
// Bytes: forward x, residual and y once (x twice where it is not kept); backward_sums x, y, dy once
// and dresidual; backward x, y, dy, dx once. Where the residual's gradient was overwritten it is dy',
// so backward may be given dresidual for dy and null for y.
//
// partial, tickets: see channelwise.cu. norm_*: null where the gate has no normalisation.

struct Network {
    const float* w1;
    const float* b1;
    const float* gamma;
    const float* beta;
    const float* mean;
    const float* var;
    const float* w2;
    const float* b2;
    int c;
    int cs;
    int hidden;
    int outputs;
};

// Products of one row of weights with S columns, in every lane of the warp.
template <int S>
__device__ inline void row_times(
    float (&sum)[S], const float* row, const float* columns, int pitch, int length, int left) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int s = 0; s < S; s++) {
        sum[s] = 0.0f;
    }
#pragma unroll 4
    for (int i = lane; i < length; i += 32) {
        const float w = row[i];
#pragma unroll
        for (int s = 0; s < S; s++) {
            sum[s] += w * columns[at_most(s, left - 1) * pitch + i];
        }
    }
#pragma unroll
    for (int s = 0; s < S; s++) {
        sum[s] = warp_sum(sum[s]);
    }
}

// r[s, j] = relu(norm(W1 a + b1)) of this block's share of hidden units, into every block's r.
template <int S>
__device__ inline void hidden_units(const Network& net, const float* a, float* r, int samples) {
    const int lane = threadIdx.x % 32;
    const int warps = blockDim.x / 32;
    const int blocks = cluster_size();
    for (int j = cluster_rank() * warps + threadIdx.x / 32; j < net.hidden; j += blocks * warps) {
        const float b = net.b1[j];
        float scale = 1.0f;
        float shift = 0.0f;
        if (net.gamma) {
            scale = net.gamma[j] / sqrtf(net.var[j] + 1e-5f);
            shift = net.beta[j] - net.mean[j] * scale;
        }
        for (int s0 = 0; s0 < samples; s0 += S) {
            float sum[S];
            row_times<S>(
                sum, net.w1 + (long long)j * net.c, a + s0 * net.cs, net.cs, net.c, samples - s0);
#pragma unroll
            for (int s = 0; s < S; s++) {
                if (lane < blocks && s0 + s < samples) {
                    cluster_map(r, lane)[(s0 + s) * net.hidden + j] =
                        fmaxf((sum[s] + b) * scale + shift, 0.0f);
                }
            }
        }
    }
}

template <typename Gate>
__device__ inline float gate_number(float z, float a);

template <>
__device__ inline float gate_number<Shrink>(float z, float a) {
    return sigmoid(z) * a;
}

template <>
__device__ inline float gate_number<Scale>(float z, float) {
    return sigmoid(z);
}

// t[s, c] of this block's share of channels, into every block's t.
template <typename Gate, int S>
__device__ inline void outputs(
    const Network& net, const float* a, const float* r, float* t, int samples) {
    const int lane = threadIdx.x % 32;
    const int warps = blockDim.x / 32;
    const int blocks = cluster_size();
    for (int o = cluster_rank() * warps + threadIdx.x / 32; o < net.cs; o += blocks * warps) {
        for (int s0 = 0; s0 < samples; s0 += S) {
            float sum[S];
            if (o < net.c) {
                row_times<S>(
                    sum, net.w2 + (long long)o * net.hidden, r + s0 * net.hidden, net.hidden,
                    net.hidden, samples - s0);
            }
#pragma unroll
            for (int s = 0; s < S; s++) {
                if (lane < blocks && s0 + s < samples) {
                    const int at = (s0 + s) * net.cs + o;
                    cluster_map(t, lane)[at] =
                        o < net.c ? gate_number<Gate>(sum[s] + net.b2[o], a[at]) : 0.0f;
                }
            }
        }
    }
}

// The same with one output for all channels, which every block computes for itself.
__device__ __noinline__ void shared_output(
    const Network& net, const float* a, const float* r, float* t, int samples) {
    for (int s = threadIdx.x / 32; s < samples; s += blockDim.x / 32) {
        float z = 0.0f;
        float mean = 0.0f;
        for (int j = threadIdx.x % 32; j < net.hidden; j += 32) {
            z += net.w2[j] * r[s * net.hidden + j];
        }
        for (int c = threadIdx.x % 32; c < net.c; c += 32) {
            mean += a[s * net.cs + c];
        }
        const float tau = sigmoid(warp_sum(z) + net.b2[0]) * (warp_sum(mean) / (float)net.c);
        for (int c = threadIdx.x % 32; c < net.cs; c += 32) {
            t[s * net.cs + c] = c < net.c ? tau : 0.0f;
        }
    }
}

// Not inlined: the kernels of the three types share its code.
template <typename Gate, int S>
__device__ __noinline__ void small_network(
    const Network& net, const float* a, float* r, float* t, int samples) {
    hidden_units<S>(net, a, r, samples);
    cluster_sync();
    if (net.outputs == 1 && net.c > 1) {
        shared_output(net, a, r, t, samples);
    } else {
        outputs<Gate, S>(net, a, r, t, samples);
    }
    cluster_sync();
}

template <typename Gate, typename T>
__device__ inline void gate_forward(
    const T* x, const T* residual, T* y, const Network& net, int n, int area, int samples, bool keep,
    bool relu) {
    constexpr int LANES = Vector<T>::LANES;
    DYNAMIC_SHARED(memory);
    const int cs = net.cs;
    float* room = (float*)memory;
    float* sums = room + blockDim.x * LANES;
    float* a = sums + samples * cs;
    float* t = a + samples * cs;
    float* r = t + samples * cs;
    T* kept = (T*)(r + (samples * net.hidden + 3) / 4 * 4);
    const int share = (area + gridDim.y - 1) / gridDim.y;
    const Walk w = walk<T>(area, cs);
    const int first = blockIdx.z * samples;
    for (int s = 0; s < samples; s++) {
        float sum[LANES] = {};
        const T* image = x + (long long)(first + s) * area * cs + w.channel;
        T* mine = kept + (long long)(s - (int)blockIdx.y) * share * cs + w.channel;
        if (w.active && first + s < n) {
#pragma unroll 4
            for (int p = w.begin; p < w.end; p += w.rows) {
                const Vector<T> v = load(image + (long long)p * cs);
                if (keep) {
                    store(mine + (long long)p * cs, v);
                }
#pragma unroll
                for (int i = 0; i < LANES; i++) {
                    sum[i] += Gate::pooled(v.at[i]);
                }
            }
        }
        add_rows(sum, room, w);
        if (w.row == 0 && w.active) {
#pragma unroll
            for (int i = 0; i < LANES; i++) {
                sums[s * cs + w.channel + i] = sum[i];
            }
        }
        __syncthreads();  // the next sample takes the same room
    }
    cluster_sync();
    const int blocks = cluster_size();
    for (int i = cluster_rank() * blockDim.x + threadIdx.x; i < samples * cs;
         i += blocks * blockDim.x) {
        float sum = 0.0f;
        for (int b = 0; b < blocks; b++) {
            sum += cluster_map(sums, b)[i];
        }
        for (int b = 0; b < blocks; b++) {
            cluster_map(a, b)[i] = sum / (float)area;
        }
    }
    cluster_sync();
    if (samples == 1) {
        small_network<Gate, 1>(net, a, r, t, samples);
    } else {
        small_network<Gate, 4>(net, a, r, t, samples);
    }
    for (int s = 0; w.active && s < samples && first + s < n; s++) {
        const Vector<T> number = channels<T>(t, s, cs, w);
        const long long sample = (long long)(first + s) * area * cs + w.channel;
        const T* mine = kept + (long long)(s - (int)blockIdx.y) * share * cs + w.channel;
#pragma unroll 2
        for (int p = w.begin; p < w.end; p += w.rows) {
            const long long at = sample + (long long)p * cs;
            const Vector<T> v = load(keep ? mine + (long long)p * cs : x + at);
            store(y + at, gated<Gate>(v, number, residual, at, relu));
        }
    }
}

template <typename Gate, typename T>
__device__ inline void gate_again(
    const T* x, const float* a, const T* residual, T* y, const Network& net, int area, bool relu) {
    DYNAMIC_SHARED(memory);
    float* t = (float*)memory;
    float* r = t + net.cs;
    small_network<Gate, 1>(net, a + (long long)blockIdx.z * net.cs, r, t, 1);
    const Walk w = walk<T>(area, net.cs);
    apply<Gate, T>(x, channels<T>(t, 0, net.cs, w), residual, y, area, net.cs, relu, w);
}

template <typename Gate, typename T>
__device__ inline void gate_pool(
    const T* x, float* a, float* partial, unsigned* tickets, int area, int cs) {
    const Walk w = walk<T>(area, cs);
    float mean[Vector<T>::LANES];
    if (gate_mean<Gate, T>(mean, x, partial, tickets, area, cs, w)) {
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            a[(long long)blockIdx.z * cs + w.channel + i] = mean[i];
        }
    }
}

template <typename Gate, typename T>
__device__ inline void gate_backward_sums(
    const T* x, const float* t, const T* y, const T* dy, T* dresidual, float* dt, float* partial,
    unsigned* tickets, int area, int cs, bool add_residual) {
    const Walk w = walk<T>(area, cs);
    float sum[Vector<T>::LANES];
    if (gate_sums<Gate, T>(
            sum, x, channels<T>(t, blockIdx.z, cs, w), y, dy, nullptr, dresidual, partial, tickets,
            area, cs, false, add_residual, w)) {
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            dt[(long long)blockIdx.z * cs + w.channel + i] = sum[i];
        }
    }
}

template <typename Gate, typename T>
__device__ inline void gate_backward(
    const T* x, const float* t, const T* y, const T* dy, const float* da, T* dx, int area, int cs,
    bool add) {
    const Walk w = walk<T>(area, cs);
    const Vector<T> number = channels<T>(t, blockIdx.z, cs, w);
    Vector<T> mean = channels<T>(da, blockIdx.z, cs, w);
#pragma unroll
    for (int i = 0; i < Vector<T>::LANES; i++) {
        mean.at[i] /= (float)area;
    }
    const long long sample = (long long)blockIdx.z * area * cs;
    for (int p = w.begin; w.active && p < w.end; p += w.rows) {
        const long long at = sample + (long long)p * cs + w.channel;
        const Vector<T> v = load(x + at);
        Vector<T> g = load_masked(dy, y, at);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            g.at[i] =
                Gate::dx(v.at[i], number.at[i], g.at[i]) + mean.at[i] * Gate::slope(v.at[i]);
        }
        put(dx + at, g, add);
    }
}

#define GATE(NAME, GATE_TYPE)                                                                       \
    KERNEL(NAME##_forward, 512,                                                                     \
        (const T* __restrict__ x, const T* __restrict__ residual, T* __restrict__ y,                \
         const float* __restrict__ w1, const float* __restrict__ b1,                                \
         const float* __restrict__ norm_gamma, const float* __restrict__ norm_beta,                 \
         const float* __restrict__ norm_mean, const float* __restrict__ norm_var,                   \
         const float* __restrict__ w2, const float* __restrict__ b2, int n, int area, int c, int cs, \
         int hidden, int outputs, int samples, int keep, int relu),                                 \
        {                                                                                           \
            const Network net = {w1, b1, norm_gamma, norm_beta, norm_mean, norm_var,                \
                                 w2, b2, c,          cs,        hidden,    outputs};                \
            gate_forward<GATE_TYPE, T>(x, residual, y, net, n, area, samples, keep, relu);          \
        })                                                                                          \
    KERNEL(NAME##_gate, 256,                                                                        \
        (const T* __restrict__ x, const float* __restrict__ a, const T* __restrict__ residual,      \
         T* __restrict__ y, const float* __restrict__ w1, const float* __restrict__ b1,             \
         const float* __restrict__ norm_gamma, const float* __restrict__ norm_beta,                 \
         const float* __restrict__ norm_mean, const float* __restrict__ norm_var,                   \
         const float* __restrict__ w2, const float* __restrict__ b2, int area, int c, int cs,       \
         int hidden, int outputs, int relu),                                                        \
        {                                                                                           \
            const Network net = {w1, b1, norm_gamma, norm_beta, norm_mean, norm_var,                \
                                 w2, b2, c,          cs,        hidden,    outputs};                \
            gate_again<GATE_TYPE, T>(x, a, residual, y, net, area, relu);                           \
        })                                                                                          \
    KERNEL(NAME##_pool, 256,                                                                        \
        (const T* __restrict__ x, float* __restrict__ a, float* partial, unsigned* tickets,         \
         int area, int cs),                                                                         \
        { gate_pool<GATE_TYPE, T>(x, a, partial, tickets, area, cs); })                             \
    KERNEL(NAME##_apply, 256,                                                                       \
        (const T* __restrict__ x, const float* __restrict__ t, const T* __restrict__ residual,      \
         T* __restrict__ y, int area, int cs, int relu),                                            \
        {                                                                                           \
            const Walk w = walk<T>(area, cs);                                                       \
            apply<GATE_TYPE, T>(                                                                    \
                x, channels<T>(t, blockIdx.z, cs, w), residual, y, area, cs, relu, w);              \
        })                                                                                          \
    KERNEL(NAME##_backward_sums, 256,                                                               \
        (const T* __restrict__ x, const float* __restrict__ t, const T* __restrict__ y,             \
         const T* __restrict__ dy, T* __restrict__ dresidual, float* __restrict__ dt,               \
         float* partial, unsigned* tickets, int area, int cs, int add_residual),                    \
        {                                                                                           \
            gate_backward_sums<GATE_TYPE, T>(                                                       \
                x, t, y, dy, dresidual, dt, partial, tickets, area, cs, add_residual);              \
        })                                                                                          \
    KERNEL(NAME##_backward, 256,                                                                    \
        (const T* __restrict__ x, const float* __restrict__ t, const T* __restrict__ y,             \
         const T* __restrict__ dy, const float* __restrict__ da, T* __restrict__ dx, int area,      \
         int cs, int add),                                                                          \
        { gate_backward<GATE_TYPE, T>(x, t, y, dy, da, dx, area, cs, add); })

GATE(shrinkage, Shrink)
GATE(squeeze_excite, Scale)
