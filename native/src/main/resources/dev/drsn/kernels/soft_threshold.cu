// Soft thresholding, forward and backward (Op.SoftThreshold), float32, NCHW.
//
//   y = sign(x) max(|x| - tau, 0),  tau[n, c] >= 0
//   m = [|x| > tau]:  dx = dy m,  dtau[n, c] = -sum over h, w of dy sign(x) m
//
// Nothing is saved: the mask is recomputed from x. One block a channel of a sample; launch with
// grid N * C and a multiple of 32 threads, at most 1024. Bound by memory: forward reads and writes
// each element once, backward reads two and writes one.
//
// No header is included, so that NVRTC compiles this file as it is.

extern "C" __global__ void soft_threshold_forward(
    const float* __restrict__ x,    // [N, C, H, W]
    const float* __restrict__ tau,  // [N, C]
    float* __restrict__ y,          // [N, C, H, W]
    int area)                       // H * W
{
    const float threshold = tau[blockIdx.x];
    const long long plane = (long long)blockIdx.x * area;
    for (int i = threadIdx.x; i < area; i += blockDim.x) {
        const float value = x[plane + i];
        y[plane + i] = copysignf(fmaxf(fabsf(value) - threshold, 0.0f), value);
    }
}

extern "C" __global__ void soft_threshold_backward(
    const float* __restrict__ x,    // [N, C, H, W]
    const float* __restrict__ tau,  // [N, C]
    const float* __restrict__ dy,   // [N, C, H, W]
    float* __restrict__ dx,         // [N, C, H, W], overwritten
    float* __restrict__ dtau,       // [N, C], overwritten
    int area)
{
    __shared__ float sums[32];
    const float threshold = tau[blockIdx.x];
    const long long plane = (long long)blockIdx.x * area;
    float sum = 0.0f;
    for (int i = threadIdx.x; i < area; i += blockDim.x) {
        const float value = x[plane + i];
        const bool passes = fabsf(value) > threshold;
        const float gradient = passes ? dy[plane + i] : 0.0f;
        dx[plane + i] = gradient;
        sum -= copysignf(1.0f, value) * gradient;
    }
    // Within a warp by shuffles, then one warp over the warps' sums: a fixed order, so that the
    // result is the same in every run.
    for (int offset = 16; offset > 0; offset /= 2) {
        sum += __shfl_down_sync(0xffffffffu, sum, offset);
    }
    const int warp = threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    if (lane == 0) {
        sums[warp] = sum;
    }
    __syncthreads();
    if (warp == 0) {
        sum = lane < blockDim.x / 32 ? sums[lane] : 0.0f;
        for (int offset = 16; offset > 0; offset /= 2) {
            sum += __shfl_down_sync(0xffffffffu, sum, offset);
        }
        if (lane == 0) {
            dtau[blockIdx.x] = sum;
        }
    }
}
