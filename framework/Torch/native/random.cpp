// Generators and the distributions drawn from them.
#include "marshal.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>

using GeneratorHandle = at::Generator*;

namespace {
// An absent generator is the device's default.
Optional<at::Generator> to_generator(GeneratorHandle handle) {
    if (handle == nullptr) {
        return {};
    }
    return *handle;
}
}  // namespace

CT_API int32_t ct_manual_seed(uint64_t seed) {
    return ct_guard([&] { at::manual_seed(seed); });
}

CT_API int32_t ct_generator_default(int32_t device_type, int32_t device_index, GeneratorHandle* out) {
    return ct_guard([&] {
        *out = new at::Generator(at::globalContext().defaultGenerator(to_device(device_type, device_index)));
    });
}

CT_API int32_t ct_generator_new(uint64_t seed, GeneratorHandle* out) {
    return ct_guard([&] { *out = new at::Generator(at::detail::createCPUGenerator(seed)); });
}

CT_API int32_t ct_generator_dispose(GeneratorHandle self) {
    return ct_guard([&] { delete self; });
}

CT_API int32_t ct_generator_set_seed(GeneratorHandle self, uint64_t seed) {
    return ct_guard([&] {
        const std::lock_guard<std::mutex> lock(self->mutex());
        self->set_current_seed(seed);
    });
}

CT_API int32_t ct_generator_current_seed(GeneratorHandle self, uint64_t* out) {
    return ct_guard([&] { *out = self->current_seed(); });
}

// Reseeds from the machine's entropy and tells the new seed.
CT_API int32_t ct_generator_seed(GeneratorHandle self, uint64_t* out) {
    return ct_guard([&] {
        const std::lock_guard<std::mutex> lock(self->mutex());
        *out = self->seed();
    });
}

CT_API int32_t ct_generator_get_state(GeneratorHandle self, TensorHandle* out) {
    return ct_guard([&] {
        const std::lock_guard<std::mutex> lock(self->mutex());
        *out = ct_new(self->get_state());
    });
}

CT_API int32_t ct_generator_set_state(GeneratorHandle self, TensorHandle state) {
    return ct_guard([&] {
        const std::lock_guard<std::mutex> lock(self->mutex());
        self->set_state(*state);
    });
}

CT_API int32_t ct_rand(const int64_t* sizes, int64_t ndim, GeneratorHandle generator, int32_t type, int32_t device_type,
                       int32_t device_index, TensorHandle* out) {
    return ct_guard([&] {
        *out = ct_new(
            at::rand(to_sizes(sizes, ndim), to_generator(generator), to_options(type, device_type, device_index)));
    });
}

CT_API int32_t ct_randn(const int64_t* sizes, int64_t ndim, GeneratorHandle generator, int32_t type,
                        int32_t device_type, int32_t device_index, TensorHandle* out) {
    return ct_guard([&] {
        *out = ct_new(
            at::randn(to_sizes(sizes, ndim), to_generator(generator), to_options(type, device_type, device_index)));
    });
}

CT_API int32_t ct_randint(int64_t low, int64_t high, const int64_t* sizes, int64_t ndim, GeneratorHandle generator,
                          int32_t type, int32_t device_type, int32_t device_index, TensorHandle* out) {
    return ct_guard([&] {
        *out = ct_new(at::randint(low, high, to_sizes(sizes, ndim), to_generator(generator),
                                  to_options(type, device_type, device_index)));
    });
}

CT_API int32_t ct_multinomial(TensorHandle self, int64_t samples, bool replacement, GeneratorHandle generator,
                              TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::multinomial(*self, samples, replacement, to_generator(generator))); });
}

CT_API int32_t ct_uniform_(TensorHandle self, double from, double to, GeneratorHandle generator) {
    return ct_guard([&] { self->uniform_(from, to, to_generator(generator)); });
}

CT_API int32_t ct_normal_(TensorHandle self, double mean, double deviation, GeneratorHandle generator) {
    return ct_guard([&] { self->normal_(mean, deviation, to_generator(generator)); });
}

CT_API int32_t ct_bernoulli_(TensorHandle self, double p, GeneratorHandle generator) {
    return ct_guard([&] { self->bernoulli_(p, to_generator(generator)); });
}

CT_API int32_t ct_bernoulli_tensor_(TensorHandle self, TensorHandle p, GeneratorHandle generator) {
    return ct_guard([&] { self->bernoulli_(*p, to_generator(generator)); });
}
