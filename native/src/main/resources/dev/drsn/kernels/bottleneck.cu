// The small network within a gate, in training, float: from the numbers a [N, Cs] through J hidden
// units to the gate's numbers t [N, Cs]; O is C, or 1 for the channel-shared shrinkage.
//
//   u = W1 a + b1   v = norm(u) over N   r = relu(v)   z = W2 r + b2   alpha = sigmoid(z)
//   t = alpha (mode 0, squeeze-excite), alpha a (mode 1), alpha mean_c a (mode 2, shared)
//
//   dz = dt dt/dalpha alpha (1 - alpha)     dW2[o, j] += sum_n dz r     db2 += sum_n dz
//   dv = [v > 0] sum_o dz W2                dgamma += sum_n dv vhat     dbeta += sum_n dv
//   du = dv (no norm), gamma / sigma dv (running),
//        gamma / sigma (dv - mean dv - vhat mean(dv vhat)) (batch)
//   dW1[j, c] += sum_n du a                 db1 += sum_n du
//   da = sum_j du W1 + dt dt/da
//
// Norm: `norm` 0 none, 1 running, 2 batch. mean and var are the running ones or those that
// bottleneck_hidden saves; null for none. Saved from forward to backward: a, u [N, J], mean, var [J],
// alpha [N, O], t. W1 [J, C], W2 [O, J] dense.
//
// Launches, block 256 each:
//   bottleneck_hidden           grid (ceil(J/32), ceil(N/32))                  tickets [ceil(J/32)]
//   bottleneck_output           grid (ceil(Cs/32), ceil(N/32))                 modes 0 and 1
//   bottleneck_output_shared    grid N                                         mode 2
//   bottleneck_dz               grid N
//   bottleneck_backward_hidden  grid (ceil(J/32), ceil(max(N, O)/32), 2)       tickets [ceil(J/32)]
//   bottleneck_backward_input   grid (ceil(Cs/32), ceil(max(N, J)/32), 2)
// Tickets are zero before the first launch and again after each. Bytes: all small but the weights,
// 4 J (C + O), which every 32 samples read once.

// Products of small matrices:
//
//   sum[m, n] = sum_k left(m, k) right(k, n)
//
// One block of 256 threads has 32 x 32 results, a thread 2 x 2 of them: rows m0 + 2 (threadIdx / 16),
// columns n0 + 2 (threadIdx % 16) and the next of each. left and right give 0 beyond their edges.

struct Tile {
    float at[2][2];
    int m;  // of at[0][0]
    int n;
};

constexpr int TILE = 32;
constexpr int TILE_PITCH = 34;  // even, for pairs; not 32, for banks

// left_by_k: neighbours along k are neighbours in left's memory; right_by_k likewise.
template <bool LEFT_BY_K, bool RIGHT_BY_K, typename Left, typename Right>
__device__ inline Tile tile_product(int m0, int n0, int depth, Left left, Right right) {
    SHARED(float, a, TILE * TILE_PITCH);
    SHARED(float, b, TILE * TILE_PITCH);
    const int row = threadIdx.x / 16 * 2;
    const int column = threadIdx.x % 16 * 2;
    Tile sum = {{{0.0f, 0.0f}, {0.0f, 0.0f}}, m0 + row, n0 + column};
    for (int k0 = 0; k0 < depth; k0 += TILE) {
        __syncthreads();  // the tiles before may still be read
#pragma unroll
        for (int e = 0; e < TILE * TILE / 256; e++) {
            const int slow = (threadIdx.x + e * 256) / TILE;
            const int fast = threadIdx.x % TILE;
            const int ak = LEFT_BY_K ? fast : slow;
            const int am = LEFT_BY_K ? slow : fast;
            const int bk = RIGHT_BY_K ? fast : slow;
            const int bn = RIGHT_BY_K ? slow : fast;
            a[ak * TILE_PITCH + am] = k0 + ak < depth ? left(m0 + am, k0 + ak) : 0.0f;
            b[bk * TILE_PITCH + bn] = k0 + bk < depth ? right(k0 + bk, n0 + bn) : 0.0f;
        }
        __syncthreads();
#pragma unroll 8
        for (int k = 0; k < TILE; k++) {
            const float a0 = a[k * TILE_PITCH + row];
            const float a1 = a[k * TILE_PITCH + row + 1];
            const float b0 = b[k * TILE_PITCH + column];
            const float b1 = b[k * TILE_PITCH + column + 1];
            sum.at[0][0] += a0 * b0;
            sum.at[0][1] += a0 * b1;
            sum.at[1][0] += a1 * b0;
            sum.at[1][1] += a1 * b1;
        }
    }
    return sum;
}

// Calls put(m, n, value) for each result of this thread.
template <typename Put>
__device__ inline void for_each(const Tile& tile, Put put) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
#pragma unroll
        for (int j = 0; j < 2; j++) {
            put(tile.m + i, tile.n + j, tile.at[i][j]);
        }
    }
}

// Sums over 8 rows of 32 threads, in every thread of a column. room: 256 floats.
__device__ inline float column_sum(float x, float* room) {
    __syncthreads();  // the room may still be read
    room[threadIdx.x] = x;
    __syncthreads();
    float sum = 0.0f;
#pragma unroll
    for (int row = 0; row < 8; row++) {
        sum += room[row * 32 + threadIdx.x % 32];
    }
    return sum;
}

__device__ inline float unit_sigma(const float* var, int j) {
    return sqrtf(var[j] + 1e-5f);
}

// v[n, j].
__device__ inline float normalised(
    float u, const float* mean, const float* var, const float* gamma, const float* beta, int j) {
    return mean ? (u - mean[j]) / unit_sigma(var, j) * gamma[j] + beta[j] : u;
}

extern "C" __global__ void BLOCK_OF(256) bottleneck_hidden(
    const float* __restrict__ a, const float* __restrict__ w1, const float* __restrict__ b1, float* u,
    float* mean, float* var, float* running_mean, float* running_var, unsigned* tickets, int n, int c,
    int cs, int hidden, int norm) {
    const Tile tile = tile_product<true, true>(
        blockIdx.y * TILE, blockIdx.x * TILE, c,
        [&](int m, int k) { return m < n ? a[(long long)m * cs + k] : 0.0f; },
        [&](int k, int j) { return j < hidden ? w1[(long long)j * c + k] : 0.0f; });
    for_each(tile, [&](int m, int j, float sum) {
        if (m < n && j < hidden) {
            u[(long long)m * hidden + j] = sum + b1[j];
        }
    });
    if (norm != 2 || !is_last(tickets + blockIdx.x, gridDim.y)) {
        return;
    }
    SHARED(float, room, 256);
    const int j = blockIdx.x * 32 + threadIdx.x % 32;
    float sum = 0.0f;
    for (int m = threadIdx.x / 32; j < hidden && m < n; m += 8) {
        sum += u[(long long)m * hidden + j];
    }
    const float average = column_sum(sum, room) / (float)n;
    float squares = 0.0f;
    for (int m = threadIdx.x / 32; j < hidden && m < n; m += 8) {
        const float distance = u[(long long)m * hidden + j] - average;
        squares += distance * distance;
    }
    const float variance = column_sum(squares, room) / (float)n;
    if (threadIdx.x < 32 && j < hidden) {
        mean[j] = average;
        var[j] = variance;
        const float unbiased = n > 1 ? variance * (float)n / (float)(n - 1) : variance;
        running_mean[j] = 0.9f * running_mean[j] + 0.1f * average;
        running_var[j] = 0.9f * running_var[j] + 0.1f * unbiased;
    }
}
ENTRY(bottleneck_hidden)

extern "C" __global__ void BLOCK_OF(256) bottleneck_output(
    const float* __restrict__ a, const float* __restrict__ u, const float* __restrict__ mean,
    const float* __restrict__ var, const float* __restrict__ gamma, const float* __restrict__ beta,
    const float* __restrict__ w2, const float* __restrict__ b2, float* __restrict__ alpha,
    float* __restrict__ t, int n, int c, int cs, int hidden, int mode) {
    const Tile tile = tile_product<true, true>(
        blockIdx.y * TILE, blockIdx.x * TILE, hidden,
        [&](int m, int k) {
            return m < n ? fmaxf(normalised(
                                     u[(long long)m * hidden + k], mean, var, gamma, beta, k),
                                 0.0f)
                         : 0.0f;
        },
        [&](int k, int o) { return o < c ? w2[(long long)o * hidden + k] : 0.0f; });
    for_each(tile, [&](int m, int o, float sum) {
        if (m < n && o < c) {
            const float s = sigmoid(sum + b2[o]);
            alpha[(long long)m * c + o] = s;
            t[(long long)m * cs + o] = mode == 0 ? s : s * a[(long long)m * cs + o];
        } else if (m < n && o < cs) {
            t[(long long)m * cs + o] = 0.0f;
        }
    });
}
ENTRY(bottleneck_output)

__device__ inline float channel_mean(const float* a, int c, float* room) {
    float sum = 0.0f;
    for (int i = threadIdx.x; i < c; i += 256) {
        sum += a[i];
    }
    return block_sum(sum, room) / (float)c;
}

extern "C" __global__ void BLOCK_OF(256) bottleneck_output_shared(
    const float* __restrict__ a, const float* __restrict__ u, const float* __restrict__ mean,
    const float* __restrict__ var, const float* __restrict__ gamma, const float* __restrict__ beta,
    const float* __restrict__ w2, const float* __restrict__ b2, float* __restrict__ alpha,
    float* __restrict__ t, int c, int cs, int hidden) {
    SHARED(float, room, 32);
    const long long m = blockIdx.x;
    float z = 0.0f;
    for (int j = threadIdx.x; j < hidden; j += 256) {
        z += w2[j] * fmaxf(normalised(u[m * hidden + j], mean, var, gamma, beta, j), 0.0f);
    }
    const float s = sigmoid(block_sum(z, room) + b2[0]);
    const float tau = s * channel_mean(a + m * cs, c, room);
    for (int i = threadIdx.x; i < cs; i += 256) {
        t[m * cs + i] = i < c ? tau : 0.0f;
    }
    if (threadIdx.x == 0) {
        alpha[m] = s;
    }
}
ENTRY(bottleneck_output_shared)

// dz [N, O]; in the place of dt [N, Cs] comes dt dt/da, what bottleneck_backward_input adds to.
extern "C" __global__ void BLOCK_OF(256) bottleneck_dz(
    const float* __restrict__ a, const float* __restrict__ alpha, float* __restrict__ dt,
    float* __restrict__ dz, int c, int cs, int mode) {
    SHARED(float, room, 32);
    const long long m = blockIdx.x;
    if (mode == 2) {
        const float s = alpha[m];
        const float mean = channel_mean(a + m * cs, c, room);
        const float sum = channel_mean(dt + m * cs, c, room) * (float)c;
        for (int i = threadIdx.x; i < c; i += 256) {
            dt[m * cs + i] = sum * s / (float)c;
        }
        if (threadIdx.x == 0) {
            dz[m] = sum * mean * s * (1.0f - s);
        }
        return;
    }
    for (int i = threadIdx.x; i < c; i += 256) {
        const float s = alpha[m * c + i];
        const float g = dt[m * cs + i];
        dz[m * c + i] = g * (mode == 0 ? 1.0f : a[m * cs + i]) * s * (1.0f - s);
        dt[m * cs + i] = mode == 0 ? 0.0f : g * s;
    }
}
ENTRY(bottleneck_dz)

// du [N, J] of all, then dgamma and dbeta (blockIdx.z 0); dW2 and db2 (blockIdx.z 1). A gradient that
// is null is not wanted.
extern "C" __global__ void BLOCK_OF(256) bottleneck_backward_hidden(
    const float* __restrict__ dz, const float* __restrict__ u, const float* __restrict__ mean,
    const float* __restrict__ var, const float* __restrict__ gamma, const float* __restrict__ beta,
    const float* __restrict__ w2, float* du, float* dgamma, float* dbeta, float* dw2, float* db2,
    unsigned* tickets, int n, int outputs, int hidden, int norm) {
    SHARED(float, room, 256);
    const int j0 = blockIdx.x * TILE;
    if (blockIdx.z == 1) {
        const int o0 = blockIdx.y * TILE;
        if (o0 >= outputs) {
            return;
        }
        if (dw2) {
            const Tile tile = tile_product<false, false>(
                o0, j0, n,
                [&](int o, int k) {
                    return o < outputs ? dz[(long long)k * outputs + o] : 0.0f;
                },
                [&](int k, int j) {
                    return j < hidden ? fmaxf(normalised(
                                                  u[(long long)k * hidden + j], mean, var, gamma,
                                                  beta, j),
                                              0.0f)
                                      : 0.0f;
                });
            for_each(tile, [&](int o, int j, float sum) {
                if (o < outputs && j < hidden) {
                    dw2[(long long)o * hidden + j] += sum;
                }
            });
        }
        if (db2 && blockIdx.x == 0) {
            const int o = o0 + threadIdx.x % 32;
            float sum = 0.0f;
            for (int m = threadIdx.x / 32; o < outputs && m < n; m += 8) {
                sum += dz[(long long)m * outputs + o];
            }
            sum = column_sum(sum, room);
            if (threadIdx.x < 32 && o < outputs) {
                db2[o] += sum;
            }
        }
        return;
    }
    if (blockIdx.y * TILE < n) {
        const Tile tile = tile_product<true, false>(
            blockIdx.y * TILE, j0, outputs,
            [&](int m, int k) { return m < n ? dz[(long long)m * outputs + k] : 0.0f; },
            [&](int k, int j) { return j < hidden ? w2[(long long)k * hidden + j] : 0.0f; });
        for_each(tile, [&](int m, int j, float sum) {
            if (m < n && j < hidden) {
                const long long at = (long long)m * hidden + j;
                du[at] = normalised(u[at], mean, var, gamma, beta, j) > 0.0f ? sum : 0.0f;
            }
        });
    }
    if (norm == 0 || !is_last(tickets + blockIdx.x, gridDim.y)) {
        return;
    }
    const int j = j0 + threadIdx.x % 32;
    const bool inside = j < hidden;
    const float sigma = inside ? unit_sigma(var, j) : 1.0f;
    const float average = inside ? mean[j] : 0.0f;
    float sum = 0.0f;
    float sum_vhat = 0.0f;
    for (int m = threadIdx.x / 32; inside && m < n; m += 8) {
        const long long at = (long long)m * hidden + j;
        sum += du[at];
        sum_vhat += du[at] * ((u[at] - average) / sigma);
    }
    sum = column_sum(sum, room);
    sum_vhat = column_sum(sum_vhat, room);
    for (int m = threadIdx.x / 32; inside && m < n; m += 8) {
        const long long at = (long long)m * hidden + j;
        float g = du[at];
        if (norm == 2) {
            g -= (sum + (u[at] - average) / sigma * sum_vhat) / (float)n;
        }
        du[at] = gamma[j] / sigma * g;
    }
    if (threadIdx.x < 32 && inside) {
        if (dgamma) {
            dgamma[j] += sum_vhat;
        }
        if (dbeta) {
            dbeta[j] += sum;
        }
    }
}
ENTRY(bottleneck_backward_hidden)

// da [N, Cs] += du W1 (blockIdx.z 0); dW1 and db1 (blockIdx.z 1).
extern "C" __global__ void BLOCK_OF(256) bottleneck_backward_input(
    const float* __restrict__ du, const float* __restrict__ a, const float* __restrict__ w1,
    float* __restrict__ da, float* __restrict__ dw1, float* __restrict__ db1, int n, int c, int cs,
    int hidden) {
    const int c0 = blockIdx.x * TILE;
    if (blockIdx.z == 0) {
        if (blockIdx.y * TILE >= n) {
            return;
        }
        const Tile tile = tile_product<true, false>(
            blockIdx.y * TILE, c0, hidden,
            [&](int m, int k) { return m < n ? du[(long long)m * hidden + k] : 0.0f; },
            [&](int k, int i) { return i < c ? w1[(long long)k * c + i] : 0.0f; });
        for_each(tile, [&](int m, int i, float sum) {
            if (m < n && i < c) {
                da[(long long)m * cs + i] += sum;
            }
        });
        return;
    }
    const int j0 = blockIdx.y * TILE;
    if (j0 >= hidden) {
        return;
    }
    if (dw1) {
        const Tile tile = tile_product<false, false>(
            j0, c0, n,
            [&](int j, int k) { return j < hidden ? du[(long long)k * hidden + j] : 0.0f; },
            [&](int k, int i) { return i < c ? a[(long long)k * cs + i] : 0.0f; });
        for_each(tile, [&](int j, int i, float sum) {
            if (j < hidden && i < c) {
                dw1[(long long)j * c + i] += sum;
            }
        });
    }
    if (db1 && blockIdx.x == 0) {
        SHARED(float, room, 256);
        const int j = j0 + threadIdx.x % 32;
        float sum = 0.0f;
        for (int m = threadIdx.x / 32; j < hidden && m < n; m += 8) {
            sum += du[(long long)m * hidden + j];
        }
        sum = column_sum(sum, room);
        if (threadIdx.x < 32 && j < hidden) {
            db1[j] += sum;
        }
    }
}
ENTRY(bottleneck_backward_input)
