// cuDNN.

#include "tensors.h"

using namespace simulated;

extern "C" {

size_t cudnnGetVersion() {
    return cudnn_version;
}

size_t cudnnGetCudartVersion() {
    return cudnn_made_for;
}

const char* cudnnGetErrorString(int) {
    return "CUDNN_STATUS_SIMULATED";
}

MAKES(cudnnCreate, cudnnDestroy, Handle, "cudnn")
MAKES(cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor, Tensor, "tensor")
MAKES(cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor, Filter, "filter")
MAKES(cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor, Convolution, "convolution")
MAKES(cudnnCreateActivationDescriptor, cudnnDestroyActivationDescriptor, Activation, "activation")

int cudnnSetStream(void* handle, void* stream) {
    ENTER("")
    ((Handle*)handle)->stream = (Stream*)stream;
    return 0;
}

int cudnnSetTensor4dDescriptor(void* tensor, int format, int type, int n, int c, int h, int w) {
    ENTER("")
    *(Tensor*)tensor = {format, type, n, c, h, w};
    return 0;
}

int cudnnSetFilter4dDescriptor(void* filter, int type, int format, int k, int c, int r, int s) {
    ENTER("")
    *(Filter*)filter = {type, format, k, c, r, s};
    return 0;
}

int cudnnSetConvolution2dDescriptor(
    void* convolution, int pad_h, int pad_w, int stride_h, int stride_w, int dilation_h,
    int dilation_w, int mode, int compute) {
    ENTER("")
    *(Convolution*)convolution = {pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, mode, compute};
    return 0;
}

int cudnnSetConvolutionMathType(void* convolution, int math) {
    ENTER(number(math))
    ((Convolution*)convolution)->math = math;
    return 0;
}

int cudnnSetActivationDescriptor(void* activation, int mode, int, double) {
    ENTER("")
    ((Activation*)activation)->mode = mode;
    return 0;
}

int cudnnGetConvolutionForwardWorkspaceSize(
    void*, void*, void*, void*, void*, int, size_t* bytes) {
    ENTER("")
    *bytes = 640;
    return 0;
}

#define CHOOSES(FUNCTION, CONVOLUTION)                                                              \
    int FUNCTION(void*, void*, void* second, void* third, void*, int most, int* count, void* all) { \
        ENTER("")                                                                                   \
        return answer((Performance*)all, most, count, ((Convolution*)CONVOLUTION)->math);           \
    }

CHOOSES(cudnnGetConvolutionForwardAlgorithm_v7, third)
CHOOSES(cudnnFindConvolutionForwardAlgorithm, third)
CHOOSES(cudnnGetConvolutionBackwardDataAlgorithm_v7, third)
CHOOSES(cudnnFindConvolutionBackwardDataAlgorithm, third)
CHOOSES(cudnnGetConvolutionBackwardFilterAlgorithm_v7, third)
CHOOSES(cudnnFindConvolutionBackwardFilterAlgorithm, third)

static int convolve(
    void* handle, const float* alpha, void* x_tensor, const void* x, void* filter, const void* w,
    void* convolution, void* workspace, size_t workspace_bytes, float beta, void* y_tensor, void* y,
    float alpha2, const void* z, const void* bias, int activation) {
    const Tensor in = *(Tensor*)x_tensor;
    const Tensor out = *(Tensor*)y_tensor;
    const Filter of = *(Filter*)filter;
    const Convolution conv = *(Convolution*)convolution;
    if (!fits(in, of, conv, out)) {
        return 3000;
    }
    const float scale = *alpha;
    put(((Handle*)handle)->stream, [=] {
        std::vector<double> sums((size_t)out.n * out.c * out.h * out.w);
        const std::vector<float> xs = values(in, x), ws = values(of, w);
        meet(in, of, conv, out, [&](size_t to, size_t from, size_t tap) {
            for (int k = 0; k < of.k; k++) {
                const float* row = &ws[(tap * of.k + k) * of.c];
                const float* pixel = &xs[from * of.c];
                double sum = 0;
                for (int c = 0; c < of.c; c++) {
                    sum += (double)pixel[c] * row[c];
                }
                sums[to * of.k + k] += sum;
            }
        });
        scribble(workspace, workspace_bytes);
        for (int n = 0; n < out.n; n++)
            for (int k = 0; k < out.c; k++)
                for (int p = 0; p < out.h; p++)
                    for (int q = 0; q < out.w; q++) {
                        const size_t to = at(out, n, k, p, q);
                        const double sum =
                            sums[(((size_t)n * out.h + p) * out.w + q) * out.c + k];
                        double value = blend(scale, sum, beta, out.type, y, to);
                        value += alpha2 == 0 ? 0 : alpha2 * get(out.type, z, to);
                        value += bias ? get(out.type, bias, k) : 0;
                        set(out.type, y, to, activation == 1 && value < 0 ? 0 : value);
                    }
    });
    return 0;
}

int cudnnConvolutionForward(
    void* handle, const float* alpha, void* x_tensor, const void* x, void* filter, const void* w,
    void* convolution, int, void* workspace, size_t bytes, const float* beta, void* y_tensor, void* y) {
    ENTER(shape(*(Tensor*)x_tensor))
    return convolve(
        handle, alpha, x_tensor, x, filter, w, convolution, workspace, bytes, *beta, y_tensor, y, 0,
        nullptr, nullptr, 5);
}

int cudnnConvolutionBiasActivationForward(
    void* handle, const float* alpha, void* x_tensor, const void* x, void* filter, const void* w,
    void* convolution, int algorithm, void* workspace, size_t bytes, const float* alpha2,
    void* z_tensor, const void* z, void* bias_tensor, const void* bias, void* activation,
    void* y_tensor, void* y) {
    ENTER(shape(*(Tensor*)x_tensor))
    const int mode = ((Activation*)activation)->mode;
    const Tensor& b = *(Tensor*)bias_tensor;
    // A bias without a ReLU goes by implicit, precomputed products only.
    if ((mode == 5 && algorithm != 1) || b.c != ((Tensor*)y_tensor)->c || b.n * b.h * b.w != 1
        || memcmp(z_tensor, y_tensor, sizeof(Tensor)) != 0) {
        return 3000;
    }
    return convolve(
        handle, alpha, x_tensor, x, filter, w, convolution, workspace, bytes, 0, y_tensor, y, *alpha2,
        z, bias, mode);
}

int cudnnConvolutionBackwardData(
    void* handle, const float* alpha, void* filter, const void* w, void* dy_tensor, const void* dy,
    void* convolution, int, void* workspace, size_t bytes, const float* beta, void* dx_tensor,
    void* dx) {
    ENTER(shape(*(Tensor*)dx_tensor))
    const Tensor in = *(Tensor*)dx_tensor;
    const Tensor out = *(Tensor*)dy_tensor;
    const Filter of = *(Filter*)filter;
    const Convolution conv = *(Convolution*)convolution;
    if (!fits(in, of, conv, out)) {
        return 3000;
    }
    const float scale = *alpha, keep = *beta;
    put(((Handle*)handle)->stream, [=] {
        std::vector<double> sums((size_t)in.n * in.c * in.h * in.w);
        const std::vector<float> dys = values(out, dy), ws = values(of, w);
        meet(in, of, conv, out, [&](size_t from, size_t to, size_t tap) {
            for (int k = 0; k < of.k; k++) {
                const float* row = &ws[(tap * of.k + k) * of.c];
                const double g = dys[from * of.k + k];
                for (int c = 0; c < of.c; c++) {
                    sums[to * of.c + c] += g * row[c];
                }
            }
        });
        scribble(workspace, bytes);
        for (int n = 0; n < in.n; n++)
            for (int h = 0; h < in.h; h++)
                for (int w = 0; w < in.w; w++)
                    for (int c = 0; c < in.c; c++) {
                        const size_t i = at(in, n, c, h, w);
                        const double sum = sums[(((size_t)n * in.h + h) * in.w + w) * in.c + c];
                        set(in.type, dx, i, blend(scale, sum, keep, in.type, dx, i));
                    }
    });
    return 0;
}

int cudnnConvolutionBackwardFilter(
    void* handle, const float* alpha, void* x_tensor, const void* x, void* dy_tensor, const void* dy,
    void* convolution, int, void* workspace, size_t bytes, const float* beta, void* filter, void* dw) {
    ENTER(shape(*(Tensor*)x_tensor))
    const Tensor in = *(Tensor*)x_tensor;
    const Tensor out = *(Tensor*)dy_tensor;
    const Filter of = *(Filter*)filter;
    const Convolution conv = *(Convolution*)convolution;
    if (!fits(in, of, conv, out)) {
        return 3000;
    }
    const float scale = *alpha, keep = *beta;
    put(((Handle*)handle)->stream, [=] {
        std::vector<double> sums((size_t)of.k * of.c * of.r * of.s);
        const std::vector<float> dys = values(out, dy), xs = values(in, x);
        meet(in, of, conv, out, [&](size_t from, size_t pixel, size_t tap) {
            for (int k = 0; k < of.k; k++) {
                const double g = dys[from * of.k + k];
                for (int c = 0; c < of.c; c++) {
                    sums[(tap * of.k + k) * of.c + c] += g * xs[pixel * of.c + c];
                }
            }
        });
        scribble(workspace, bytes);
        for (int r = 0; r < of.r; r++)
            for (int s = 0; s < of.s; s++)
                for (int k = 0; k < of.k; k++)
                    for (int c = 0; c < of.c; c++) {
                        const size_t i = at(of, k, c, r, s);
                        const double sum = sums[(((size_t)r * of.s + s) * of.k + k) * of.c + c];
                        set(of.type, dw, i, blend(scale, sum, keep, of.type, dw, i));
                    }
    });
    return 0;
}

}
