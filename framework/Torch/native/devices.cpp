// Threads and CUDA devices.
#include "marshal.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>

CT_API int32_t ct_get_num_threads(int32_t* out) {
    return ct_guard([&] { *out = at::get_num_threads(); });
}

CT_API int32_t ct_set_num_threads(int32_t threads) {
    return ct_guard([&] {
        TORCH_CHECK(threads > 0, "the number of threads must be positive, not ", threads);
        at::set_num_threads(threads);
    });
}

CT_API int32_t ct_cuda_is_available(int32_t* out) {
    return ct_guard([&] { *out = torch::cuda::is_available() ? 1 : 0; });
}

CT_API int32_t ct_cuda_cudnn_is_available(int32_t* out) {
    return ct_guard([&] { *out = torch::cuda::cudnn_is_available() ? 1 : 0; });
}

CT_API int32_t ct_cuda_device_count(int32_t* out) {
    return ct_guard([&] { *out = static_cast<int32_t>(torch::cuda::device_count()); });
}

CT_API int32_t ct_cuda_manual_seed(uint64_t seed) {
    return ct_guard([&] { torch::cuda::manual_seed(seed); });
}

CT_API int32_t ct_cuda_manual_seed_all(uint64_t seed) {
    return ct_guard([&] { torch::cuda::manual_seed_all(seed); });
}

// An index of -1 is the current device.
CT_API int32_t ct_cuda_synchronize(int64_t index) {
    return ct_guard([&] { torch::cuda::synchronize(index); });
}
