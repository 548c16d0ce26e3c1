// The layers of networks: projections, embeddings, recurrences, normalisation, losses.
#include "marshal.h"

CT_API int32_t ct_linear(TensorHandle input, TensorHandle weight, TensorHandle bias, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::linear(*input, *weight, or_undefined(bias))); });
}

// A padding index of -1 stands for none.
CT_API int32_t ct_embedding(TensorHandle weight, TensorHandle indices, int64_t padding, bool scale_grad_by_freq,
                            bool sparse, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::embedding(*weight, *indices, padding, scale_grad_by_freq, sparse)); });
}

// Rescales, in place, the rows named by the indices whose p-norm exceeds max_norm.
CT_API int32_t ct_embedding_renorm_(TensorHandle weight, TensorHandle indices, double max_norm, double p) {
    return ct_guard([&] {
        at::NoGradGuard no_grad;
        at::embedding_renorm_(*weight, *indices, max_norm, p);
    });
}

CT_API int32_t ct_lstm(TensorHandle input, TensorHandle h0, TensorHandle c0, const TensorHandle* weights, int64_t count,
                       bool has_biases, int64_t layers, double dropout, bool train, bool bidirectional,
                       bool batch_first, TensorHandle* output, TensorHandle* hn, TensorHandle* cn) {
    return ct_guard([&] {
        const std::vector<at::Tensor> state{*h0, *c0};
        const std::vector<at::Tensor> parameters = to_list(weights, count);
        auto result =
            at::lstm(*input, state, parameters, has_biases, layers, dropout, train, bidirectional, batch_first);
        *output = ct_new(std::get<0>(result));
        *hn = ct_new(std::get<1>(result));
        *cn = ct_new(std::get<2>(result));
    });
}

CT_API int32_t ct_dropout(TensorHandle input, double p, bool train, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::dropout(*input, p, train)); });
}

CT_API int32_t ct_dropout_(TensorHandle input, double p, bool train) {
    return ct_guard([&] { at::dropout_(*input, p, train); });
}

CT_API int32_t ct_layer_norm(TensorHandle input, const int64_t* shape, int64_t count, TensorHandle weight,
                             TensorHandle bias, double eps, TensorHandle* out) {
    return ct_guard([&] {
        *out = ct_new(at::layer_norm(*input, to_sizes(shape, count), or_undefined(weight), or_undefined(bias), eps));
    });
}

CT_API int32_t ct_softmax(TensorHandle input, int64_t dim, int32_t type, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::softmax(*input, dim, to_optional_type(type))); });
}

CT_API int32_t ct_log_softmax(TensorHandle input, int64_t dim, int32_t type, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::log_softmax(*input, dim, to_optional_type(type))); });
}

// Reductions are libtorch's: 0 none, 1 mean, 2 sum.
CT_API int32_t ct_cross_entropy(TensorHandle input, TensorHandle target, TensorHandle weight, int64_t reduction,
                                int64_t ignore_index, double label_smoothing, TensorHandle* out) {
    return ct_guard([&] {
        *out = ct_new(at::cross_entropy_loss(*input, *target, or_undefined(weight), reduction, ignore_index,
                                             label_smoothing));
    });
}

CT_API int32_t ct_nll_loss(TensorHandle input, TensorHandle target, TensorHandle weight, int64_t reduction,
                           int64_t ignore_index, TensorHandle* out) {
    return ct_guard([&] {
        *out = ct_new(at::nll_loss_nd(*input, *target, or_undefined(weight), reduction, ignore_index));
    });
}
