/**
 * NVIDIA GPUs: cuDNN, cuBLAS and the kernels of the module {@code native}. Nothing here has yet run
 * on a GPU: the tests run it on a simulated device.
 */
package dev.drsn.engine.cuda;
