// Numbers in half precision and bfloat16, tensors and filters as descriptors lay them out.

#pragma once

#include "machine.h"

namespace simulated {

inline float half_to_float(uint16_t bits) {
    const uint32_t sign = (bits & 0x8000u) << 16;
    const uint32_t magnitude = bits & 0x7fffu;
    uint32_t word = sign;
    float value;
    if (magnitude >= 0x7c00u) {
        word |= 0x7f800000u | (magnitude & 0x3ffu) << 13;
    } else {
        value = std::ldexp((float)(magnitude < 0x400u ? magnitude : (magnitude & 0x3ffu) | 0x400u),
                           (magnitude < 0x400u ? -24 : (int)(magnitude >> 10) - 25));
        return sign ? -value : value;
    }
    memcpy(&value, &word, 4);
    return value;
}

inline uint16_t float_to_half(float value) {
    uint32_t word;
    memcpy(&word, &value, 4);
    const uint16_t sign = word >> 16 & 0x8000u;
    const float size = std::fabs(value);
    if (std::isnan(value)) {
        return sign | 0x7e00u;
    }
    if (size >= 65520.0f) {
        return sign | 0x7c00u;
    }
    int exponent;
    std::frexp(size, &exponent);
    exponent = exponent < -13 ? -13 : exponent;
    const long mantissa = std::lrint(std::ldexp(size, 11 - exponent));
    return sign | (uint16_t)(mantissa < 1024 ? mantissa : ((exponent + 13) << 10) + mantissa);
}

// Types as cuDNN numbers them: 0 float, 2 half, 9 bfloat16.
inline double get(int type, const void* at, size_t i) {
    if (type == 0) {
        return ((const float*)at)[i];
    }
    const uint16_t bits = ((const uint16_t*)at)[i];
    if (type == 2) {
        return half_to_float(bits);
    }
    const uint32_t word = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &word, 4);
    return value;
}

inline void set(int type, void* at, size_t i, double number) {
    const float value = (float)number;
    if (type == 0) {
        ((float*)at)[i] = value;
    } else if (type == 2) {
        ((uint16_t*)at)[i] = float_to_half(value);
    } else {
        uint32_t word;
        memcpy(&word, &value, 4);
        ((uint16_t*)at)[i] =
            std::isnan(value) ? 0x7fff : (uint16_t)((word + 0x7fffu + (word >> 16 & 1)) >> 16);
    }
}

inline size_t at(const Tensor& t, int n, int c, int h, int w) {
    return t.format == 1 ? (((size_t)n * t.h + h) * t.w + w) * t.c + c
                         : (((size_t)n * t.c + c) * t.h + h) * t.w + w;
}

inline size_t at(const Filter& f, int k, int c, int r, int s) {
    return f.format == 1 ? (((size_t)k * f.r + r) * f.s + s) * f.c + c
                         : (((size_t)k * f.c + c) * f.r + r) * f.s + s;
}

// What working memory is for: nothing else may lie there.
inline void scribble(void* memory, size_t bytes) {
    memset(memory, 0xff, bytes);
}

inline bool fits(const Tensor& x, const Filter& w, const Convolution& conv, const Tensor& y) {
    return x.c == w.c && y.c == w.k && x.n == y.n && x.type == w.type && x.type == y.type
        && y.h == (x.h + 2 * conv.pad_h - w.r) / conv.stride_h + 1
        && y.w == (x.w + 2 * conv.pad_w - w.s) / conv.stride_w + 1 && conv.dilation_h == 1
        && conv.dilation_w == 1 && conv.mode == 1 && conv.compute == 0
        && (x.type == 0 || (x.c % 8 == 0 && y.c % 8 == 0));
}

// Values in the order [N, H, W, C], whatever the order in memory.
inline std::vector<float> values(const Tensor& t, const void* from) {
    std::vector<float> all;
    all.reserve((size_t)t.n * t.c * t.h * t.w);
    for (int n = 0; n < t.n; n++)
        for (int h = 0; h < t.h; h++)
            for (int w = 0; w < t.w; w++)
                for (int c = 0; c < t.c; c++)
                    all.push_back(get(t.type, from, at(t, n, c, h, w)));
    return all;
}

// [R, S, K, C].
inline std::vector<float> values(const Filter& f, const void* from) {
    std::vector<float> all;
    all.reserve((size_t)f.k * f.c * f.r * f.s);
    for (int r = 0; r < f.r; r++)
        for (int s = 0; s < f.s; s++)
            for (int k = 0; k < f.k; k++)
                for (int c = 0; c < f.c; c++)
                    all.push_back(get(f.type, from, at(f, k, c, r, s)));
    return all;
}

// Calls f(output pixel, input pixel, tap) for all that meet.
template <typename F>
inline void meet(const Tensor& x, const Filter& w, const Convolution& conv, const Tensor& y, F f) {
    for (int n = 0; n < y.n; n++)
        for (int p = 0; p < y.h; p++)
            for (int q = 0; q < y.w; q++)
                for (int r = 0; r < w.r; r++)
                    for (int s = 0; s < w.s; s++) {
                        const int i = p * conv.stride_h - conv.pad_h + r;
                        const int j = q * conv.stride_w - conv.pad_w + s;
                        if (i >= 0 && i < x.h && j >= 0 && j < x.w) {
                            f(((size_t)n * y.h + p) * y.w + q, ((size_t)n * x.h + i) * x.w + j,
                              (size_t)r * w.s + s);
                        }
                    }
}

// Blends by the library's rule: with beta 0 what is there is not read.
inline double blend(double alpha, double value, double beta, int type, const void* to, size_t i) {
    return beta == 0 ? alpha * value : alpha * value + beta * get(type, to, i);
}

struct Performance {
    int algorithm, status;
    float time;
    size_t memory;
    int deterministic, math, reserved[3];
};

// The fastest is not deterministic.
inline int answer(Performance* all, int most, int* count, int math) {
    const Performance both[2] = {
        {0, 0, 1.0f, 512, 0, math, {}}, {1, 0, 2.0f, 768, 1, math, {}}};
    *count = most < 2 ? most : 2;
    for (int i = 0; i < *count; i++) {
        all[i] = both[i];
    }
    return 0;
}

inline std::string shape(const Tensor& t) {
    return number(t.n) + "x" + number(t.c) + "x" + number(t.h) + "x" + number(t.w);
}


}  // namespace simulated
