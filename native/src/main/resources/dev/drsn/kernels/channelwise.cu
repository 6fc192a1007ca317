// Op.SoftThreshold and Op.ChannelScale, forward and backward; t is tau or s, [N, Cs] of type T.
//
//   soft_threshold  y = sign(x) max(|x| - tau, 0)   dx = dy m   dtau[n, c] = -sum_h,w dy sign(x) m
//   channel_scale   y = x s                         dx = dy s   ds[n, c] = sum_h,w dy x
//
// Launch: block 256, grid (channel tiles, slices, N). Bytes: forward x and y once; backward x and dy
// once, dx once. Nothing is saved: the mask is recomputed.
//
// Backward adds slices in scratch: partial [N, slices, Cs] floats and tickets [N, channel tiles],
// which must be zero before the first launch and are zero again after each; with one slice neither
// is touched. dx or dt null: not wanted.

template <typename Gate, typename T>
__device__ void channelwise_forward(const T* x, const T* t, T* y, int area, int cs) {
    const Walk w = walk<T>(area, cs);
    apply<Gate, T>(x, channels<T>(t, blockIdx.z, cs, w), nullptr, y, area, cs, false, w);
}

template <typename Gate, typename T>
__device__ void channelwise_backward(
    const T* x, const T* t, const T* dy, T* dx, T* dt, float* partial, unsigned* tickets, int area,
    int cs, int add, int add_t) {
    const Walk w = walk<T>(area, cs);
    float sum[Vector<T>::LANES];
    const bool holds = gate_sums<Gate, T>(
        sum, x, channels<T>(t, blockIdx.z, cs, w), nullptr, dy, dx, nullptr, partial, tickets, area,
        cs, add, false, w);
    if (holds && dt) {
        Vector<T> all;
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            all.at[i] = sum[i];
        }
        put(dt + (long long)blockIdx.z * cs + w.channel, all, add_t);
    }
}

KERNEL(soft_threshold_forward, 256,
    (const T* __restrict__ x, const T* __restrict__ tau, T* __restrict__ y, int area, int cs),
    { channelwise_forward<Shrink, T>(x, tau, y, area, cs); })

KERNEL(soft_threshold_backward, 256,
    (const T* __restrict__ x, const T* __restrict__ tau, const T* __restrict__ dy, T* __restrict__ dx,
     T* __restrict__ dtau, float* partial, unsigned* tickets, int area, int cs, int add, int add_tau),
    { channelwise_backward<Shrink, T>(
          x, tau, dy, dx, dtau, partial, tickets, area, cs, add, add_tau); })

KERNEL(channel_scale_forward, 256,
    (const T* __restrict__ x, const T* __restrict__ s, T* __restrict__ y, int area, int cs),
    { channelwise_forward<Scale, T>(x, s, y, area, cs); })

KERNEL(channel_scale_backward, 256,
    (const T* __restrict__ x, const T* __restrict__ s, const T* __restrict__ dy, T* __restrict__ dx,
     T* __restrict__ ds, float* partial, unsigned* tickets, int area, int cs, int add, int add_s),
    { channelwise_backward<Scale, T>(x, s, dy, dx, ds, partial, tickets, area, cs, add, add_s); })
