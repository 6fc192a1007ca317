// Operations on single elements: Op.Relu, Op.Sigmoid, Op.Add, the backward half of an epilogue, and
// filling memory.
//
//   relu     y = max(x, 0)                dx = dy [y > 0]
//   sigmoid  y = 1 / (1 + exp(-x))        dx = dy y (1 - y)
//   add      y = a + b (, relu)           da = db = dy' = dy [y > 0]
//
//   epilogue_backward: dy' = dy [y > 0] in the place of dy, dresidual = dy'; for operations whose
//   own backward is a library's. It is the backward of add and relu too: see there.
//
// All memory is [pixels, Cs] with pixels = N H W; `vectors` counts its 16-byte vectors. Launch: block
// 256, grid any number of blocks (the launch covers all vectors in strides). Bytes: every operand
// once.

__device__ inline long long first_vector() {
    return (long long)blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ inline long long vector_stride() {
    return (long long)gridDim.x * blockDim.x;
}

template <typename T>
__device__ void relu_forward(const T* x, T* y, long long vectors) {
    for (long long v = first_vector(); v < vectors; v += vector_stride()) {
        Vector<T> a = load(x + v * Vector<T>::LANES);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            a.at[i] = fmaxf(a.at[i], 0.0f);
        }
        store(y + v * Vector<T>::LANES, a);
    }
}

KERNEL(relu_forward, 256,
    (const T* __restrict__ x, T* __restrict__ y, long long vectors),
    { relu_forward<T>(x, y, vectors); })

// y = relu(y + b[k]), b [Ks]: what is left of a linear layer's forward where a library does the rest.
template <typename T>
__device__ void bias_forward(T* y, const T* b, long long vectors, int ks, int relu) {
    for (long long v = first_vector(); v < vectors; v += vector_stride()) {
        const int channel = (int)(v % (ks / Vector<T>::LANES)) * Vector<T>::LANES;
        Vector<T> sum = load(y + v * Vector<T>::LANES);
        const Vector<T> bias = load(b + channel);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            sum.at[i] += bias.at[i];
            sum.at[i] = relu ? fmaxf(sum.at[i], 0.0f) : sum.at[i];
        }
        store(y + v * Vector<T>::LANES, sum);
    }
}

KERNEL(bias_forward, 256,
    (T* __restrict__ y, const T* __restrict__ b, long long vectors, int ks, int relu),
    { bias_forward<T>(y, b, vectors, ks, relu); })

template <typename T>
__device__ void relu_backward(const T* y, const T* dy, T* dx, long long vectors, int add) {
    for (long long v = first_vector(); v < vectors; v += vector_stride()) {
        const long long at = v * Vector<T>::LANES;
        put(dx + at, load_masked(dy, y, at), add);
    }
}

KERNEL(relu_backward, 256,
    (const T* __restrict__ y, const T* __restrict__ dy, T* __restrict__ dx, long long vectors, int add),
    { relu_backward<T>(y, dy, dx, vectors, add); })

// Needs C and Cs, because the sigmoid of a spare channel's zero is not zero.
template <typename T>
__device__ void sigmoid_forward(const T* x, T* y, long long vectors, int c, int cs) {
    for (long long v = first_vector(); v < vectors; v += vector_stride()) {
        const int channel = (int)(v % (cs / Vector<T>::LANES)) * Vector<T>::LANES;
        Vector<T> a = load(x + v * Vector<T>::LANES);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            a.at[i] = channel + i < c ? sigmoid(a.at[i]) : 0.0f;
        }
        store(y + v * Vector<T>::LANES, a);
    }
}

KERNEL(sigmoid_forward, 256,
    (const T* __restrict__ x, T* __restrict__ y, long long vectors, int c, int cs),
    { sigmoid_forward<T>(x, y, vectors, c, cs); })

template <typename T>
__device__ void sigmoid_backward(const T* y, const T* dy, T* dx, long long vectors, int add) {
    for (long long v = first_vector(); v < vectors; v += vector_stride()) {
        const long long at = v * Vector<T>::LANES;
        const Vector<T> s = load(y + at);
        Vector<T> g = load(dy + at);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            g.at[i] *= s.at[i] * (1.0f - s.at[i]);
        }
        put(dx + at, g, add);
    }
}

KERNEL(sigmoid_backward, 256,
    (const T* __restrict__ y, const T* __restrict__ dy, T* __restrict__ dx, long long vectors, int add),
    { sigmoid_backward<T>(y, dy, dx, vectors, add); })

template <typename T>
__device__ void add_forward(const T* a, const T* b, T* y, long long vectors, int relu) {
    for (long long v = first_vector(); v < vectors; v += vector_stride()) {
        const long long at = v * Vector<T>::LANES;
        Vector<T> sum = load(a + at);
        const Vector<T> other = load(b + at);
#pragma unroll
        for (int i = 0; i < Vector<T>::LANES; i++) {
            sum.at[i] += other.at[i];
            sum.at[i] = relu ? fmaxf(sum.at[i], 0.0f) : sum.at[i];
        }
        store(y + at, sum);
    }
}

KERNEL(add_forward, 256,
    (const T* a, const T* b, T* __restrict__ y, long long vectors, int relu),
    { add_forward<T>(a, b, y, vectors, relu); })

// y null: no ReLU. da, db null: not wanted.
template <typename T>
__device__ void add_backward(
    const T* y, const T* dy, T* da, T* db, long long vectors, int add_a, int add_b) {
    for (long long v = first_vector(); v < vectors; v += vector_stride()) {
        const long long at = v * Vector<T>::LANES;
        const Vector<T> g = load_masked(dy, y, at);
        if (da) {
            put(da + at, g, add_a);
        }
        if (db) {
            put(db + at, g, add_b);
        }
    }
}

// da and db may be the same memory (x + x), then with add_b set.
KERNEL(add_backward, 256,
    (const T* __restrict__ y, const T* __restrict__ dy, T* da, T* db, long long vectors, int add_a,
     int add_b),
    { add_backward<T>(y, dy, da, db, vectors, add_a, add_b); })

template <typename T>
__device__ void epilogue_backward(
    const T* y, T* dy, T* dresidual, long long vectors, int add) {
    for (long long v = first_vector(); v < vectors; v += vector_stride()) {
        const long long at = v * Vector<T>::LANES;
        const Vector<T> g = load_masked(dy, y, at);
        if (y) {
            store(dy + at, g);
        }
        if (dresidual) {
            put(dresidual + at, g, add);
        }
    }
}

// y null: no ReLU, dy stays. dresidual null: not wanted.
KERNEL(epilogue_backward, 256,
    (const T* __restrict__ y, T* dy, T* __restrict__ dresidual, long long vectors, int add),
    { epilogue_backward<T>(y, dy, dresidual, vectors, add); })

// Any number of elements at any element's address. Launch as above, with count for vectors.
template <typename T>
__device__ void fill(T* y, float value, long long count) {
    T element;
    from_float(value, element);
    for (long long i = first_vector(); i < count; i += vector_stride()) {
        y[i] = element;
    }
}

KERNEL(fill, 256, (T* __restrict__ y, float value, long long count), { fill<T>(y, value, count); })
