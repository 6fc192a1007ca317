// engine.op.Optimizer over all parameters in one launch: flat float memory w, dw, m, v of `count`
// numbers, cut into runs that have a learning rate and a weight decay each. eta, lambda of the run:
//
//   sgd      g += lambda w    m = momentum m + g    w -= eta m    Nesterov: w -= eta (g + momentum m)
//   adam     g += lambda w (decoupled: w -= eta lambda w instead)
//            m = beta1 m + (1 - beta1) g    v = beta2 v + (1 - beta2) g^2
//            w -= eta (m correction1) / (sqrt(v correction2) + epsilon),  correction = 1 / (1 - beta^t)
//   average  average = decay average + (1 - decay) w
//
// What changes from step to step lies in device memory, so that a captured graph can be launched over
// and over: schedule = {gradient scale, correction1, correction2, then eta and lambda of each run}.
// g = dw times the gradient scale, which undoes loss scaling and averages over devices. run_ends[i]
// is the index behind run i's last number. Where *overflow is not zero nothing is changed (null: no
// such check).
//
// find_overflow sets *overflow where a gradient is not finite; loss_scale_update then moves the loss
// scale in device memory: state = {loss scale, steps since it changed}.
//
// Launch: block 256, grid any number of blocks (strides of 4 numbers); loss_scale_update one thread.
// Addresses of w, dw, m, v are multiples of 16. Bytes a number: sgd 20 (without momentum's 8: 12),
// adam 28, average 12, find_overflow 4.

struct Run {
    float rate;
    float decay;
};

__device__ inline Run run_of(long long i, const float* schedule, const long long* run_ends) {
    int run = 0;
    while (i >= run_ends[run]) {
        run++;
    }
    return {schedule[3 + 2 * run], schedule[4 + 2 * run]};
}

// Calls step(i, run) for each number of this thread: whole fours whose run is one are the rule.
template <typename Step>
__device__ inline void for_each_number(
    long long count, const float* schedule, const long long* run_ends, Step step) {
    for (long long i = 4 * ((long long)blockIdx.x * blockDim.x + threadIdx.x); i < count;
         i += 4 * (long long)gridDim.x * blockDim.x) {
        const Run run = run_of(i, schedule, run_ends);
        int same = 0;
        for (int e = 1; e < 4 && i + e < count; e++) {
            const Run next = run_of(i + e, schedule, run_ends);
            same += next.rate == run.rate && next.decay == run.decay;
        }
        if (same == 3) {
            step(i, run, true);
        } else {
            for (int e = 0; e < 4 && i + e < count; e++) {
                step(i + e, run_of(i + e, schedule, run_ends), false);
            }
        }
    }
}

// One number (whole false) or four.
__device__ inline Vector<float> read(const float* from, bool whole) {
    Vector<float> x = {};
    if (whole) {
        return load(from);
    }
    x.at[0] = from[0];
    return x;
}

__device__ inline void write(float* to, const Vector<float>& x, bool whole) {
    if (whole) {
        store(to, x);
    } else {
        to[0] = x.at[0];
    }
}

extern "C" __global__ void BLOCK_OF(256) sgd_step(
    float* __restrict__ w, const float* __restrict__ dw, float* __restrict__ m,
    const float* __restrict__ schedule, const long long* __restrict__ run_ends,
    const int* __restrict__ overflow, long long count, float momentum, int nesterov) {
    if (overflow && *overflow) {
        return;
    }
    const float scale = schedule[0];
    for_each_number(count, schedule, run_ends, [&](long long i, Run run, bool whole) {
        Vector<float> weight = read(w + i, whole);
        const Vector<float> gradient = read(dw + i, whole);
        Vector<float> mean = read(m + i, whole);
#pragma unroll
        for (int e = 0; e < 4; e++) {
            const float g = gradient.at[e] * scale + run.decay * weight.at[e];
            mean.at[e] = momentum * mean.at[e] + g;
            weight.at[e] -= run.rate * (nesterov ? g + momentum * mean.at[e] : mean.at[e]);
        }
        write(m + i, mean, whole);
        write(w + i, weight, whole);
    });
}
ENTRY(sgd_step)

extern "C" __global__ void BLOCK_OF(256) adam_step(
    float* __restrict__ w, const float* __restrict__ dw, float* __restrict__ m, float* __restrict__ v,
    const float* __restrict__ schedule, const long long* __restrict__ run_ends,
    const int* __restrict__ overflow, long long count, float beta1, float one_minus_beta1, float beta2,
    float one_minus_beta2, float epsilon, int decoupled) {
    if (overflow && *overflow) {
        return;
    }
    const float scale = schedule[0];
    const float correction1 = schedule[1];
    const float correction2 = schedule[2];
    for_each_number(count, schedule, run_ends, [&](long long i, Run run, bool whole) {
        Vector<float> weight = read(w + i, whole);
        const Vector<float> gradient = read(dw + i, whole);
        Vector<float> mean = read(m + i, whole);
        Vector<float> square = read(v + i, whole);
#pragma unroll
        for (int e = 0; e < 4; e++) {
            float g = gradient.at[e] * scale;
            if (decoupled) {
                weight.at[e] -= run.rate * run.decay * weight.at[e];
            } else {
                g += run.decay * weight.at[e];
            }
            mean.at[e] = beta1 * mean.at[e] + one_minus_beta1 * g;
            square.at[e] = beta2 * square.at[e] + one_minus_beta2 * g * g;
            weight.at[e] -= run.rate * (mean.at[e] * correction1)
                / (sqrtf(square.at[e] * correction2) + epsilon);
        }
        write(m + i, mean, whole);
        write(v + i, square, whole);
        write(w + i, weight, whole);
    });
}
ENTRY(adam_step)

extern "C" __global__ void BLOCK_OF(256) moving_average(
    float* __restrict__ average, const float* __restrict__ w, const int* __restrict__ overflow,
    long long count, float decay, float one_minus_decay) {
    if (overflow && *overflow) {
        return;
    }
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count;
         i += (long long)gridDim.x * blockDim.x) {
        average[i] = decay * average[i] + one_minus_decay * w[i];
    }
}
ENTRY(moving_average)

extern "C" __global__ void BLOCK_OF(256) find_overflow(
    const float* __restrict__ dw, int* __restrict__ overflow, long long count) {
    bool finite = true;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count;
         i += (long long)gridDim.x * blockDim.x) {
        finite = finite && (float_to_bits(dw[i]) & 0x7f800000u) != 0x7f800000u;
    }
    if (!finite) {
        *overflow = 1;
    }
}
ENTRY(find_overflow)

// After an overflow the scale is halved (never below 1), after `interval` steps without it doubled
// (never above 65536 squared). Clears the flag.
extern "C" __global__ void BLOCK_OF(256) loss_scale_update(
    float* __restrict__ state, int* __restrict__ overflow, int interval) {
    if (threadIdx.x != 0) {
        return;
    }
    const bool grows = !*overflow && state[1] + 1.0f >= (float)interval;
    if (*overflow) {
        state[0] = fmaxf(state[0] * 0.5f, 1.0f);
    } else if (grows) {
        state[0] = fminf(state[0] * 2.0f, 4294967296.0f);
    }
    state[1] = *overflow || grows ? 0.0f : state[1] + 1.0f;
    *overflow = 0;
}
ENTRY(loss_scale_update)
