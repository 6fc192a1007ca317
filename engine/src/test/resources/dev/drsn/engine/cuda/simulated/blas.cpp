// cuBLAS, and NVRTC beside it.

#include "tensors.h"

using namespace simulated;

extern "C" {

MAKES(cublasCreate_v2, cublasDestroy_v2, Handle, "cublas")

const char* cublasGetStatusString(int) {
    return "CUBLAS_STATUS_SIMULATED";
}

int cublasSetStream_v2(void* handle, void* stream) {
    ENTER("")
    ((Handle*)handle)->stream = (Stream*)stream;
    return 0;
}

int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    ENTER("")
    if (!inside(device_memory, workspace, bytes)) {
        return INVALID;
    }
    ((Handle*)handle)->workspace = workspace;
    return 0;
}

// Types as CUDA numbers them: 0 float, 2 half, 14 bfloat16.
static int from_cuda(int type) {
    return type == 14 ? 9 : type;
}

int cublasGemmEx(
    void* handle, int turn_a, int turn_b, int m, int n, int k, const void* alpha, const void* a,
    int type_a, int lda, const void* b, int type_b, int ldb, const void* beta, void* c, int type_c,
    int ldc, int compute, int) {
    ENTER(number(m) + " " + number(n) + " " + number(k))
    if (lda < (turn_a ? k : m) || ldb < (turn_b ? n : k) || ldc < m || type_a != type_b
        || (compute != 68 && compute != 77) || !((Handle*)handle)->workspace) {
        return 7;
    }
    const int ta = from_cuda(type_a), tb = from_cuda(type_b), tc = from_cuda(type_c);
    const float scale = *(const float*)alpha, keep = *(const float*)beta;
    put(((Handle*)handle)->stream, [=] {
        for (int j = 0; j < n; j++)
            for (int i = 0; i < m; i++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    sum += get(ta, a, turn_a ? (size_t)i * lda + l : (size_t)l * lda + i)
                        * get(tb, b, turn_b ? (size_t)l * ldb + j : (size_t)j * ldb + l);
                }
                const size_t to = (size_t)j * ldc + i;
                set(tc, c, to, blend(scale, sum, keep, tc, c, to));
            }
    });
    return 0;
}

// NVRTC: what it makes is not looked at.

int nvrtcVersion(int* major, int* minor) {
    *major = 13;
    *minor = 1;
    return 0;
}

int nvrtcCreateProgram(void** program, const char*, const char*, int, void*, void*) {
    ENTER("")
    *program = new int(0);
    live["program"]++;
    return 0;
}

int nvrtcCompileProgram(void*, int, void*) {
    ENTER("")
    return 0;
}

int nvrtcGetCUBINSize(void*, size_t* size) {
    *size = 16;
    return 0;
}

int nvrtcGetCUBIN(void*, char* image) {
    memset(image, 0, 16);
    return 0;
}

int nvrtcGetProgramLogSize(void*, size_t* size) {
    *size = 1;
    return 0;
}

int nvrtcGetProgramLog(void*, char* log) {
    *log = 0;
    return 0;
}

int nvrtcDestroyProgram(void** program) {
    delete (int*)*program;
    live["program"]--;
    return 0;
}

}
