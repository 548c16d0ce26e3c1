// Softmax over a sample of a large vocabulary (Bengio and Senecal 2003; Jean et al. 2015): each row's target competes with the same
// few candidates, whose logits are corrected by the log of how often each is expected to be drawn. Every word that takes part is one
// row of `rows`: its weights, and its bias in the last column. The first rows are the candidates.
#include "fused_gemm.h"
#include "fused_targets.h"
#include "marshal.h"

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// A logit that no softmax notices, and that takes part in no arithmetic of infinities.
constexpr float kImpossible = -1e30f;

struct Sample {
    Tensor hidden, rows, truth, log_expected_candidates, log_expected_truth, weights; // [N,D], [R,D+1], int64 [N], [S], [N], [N]

    Sample(const Tensor& h, const Tensor& r, const Tensor& t, const Tensor& candidates, const Tensor& truths, const Tensor& w)
        : hidden(h.contiguous()), rows(r.contiguous()), truth(t.contiguous()), log_expected_candidates(candidates.contiguous()),
          log_expected_truth(truths.contiguous()), weights(w.contiguous()) {
        for (const Tensor* each : {&hidden, &rows, &log_expected_candidates, &log_expected_truth, &weights})
            TORCH_CHECK(each->device().is_cpu() && each->scalar_type() == at::kFloat,
                        "fused_sampled_softmax: all but the targets must be float32 CPU tensors");
        TORCH_CHECK(truth.device().is_cpu() && truth.scalar_type() == at::kLong, "fused_sampled_softmax: targets must be an int64 CPU tensor");
        TORCH_CHECK(hidden.dim() == 2 && rows.dim() == 2 && rows.size(1) == hidden.size(1) + 1 && truth.dim() == 1 &&
                        truth.size(0) == count() && log_expected_candidates.dim() == 1 && candidates_count() <= rows.size(0) &&
                        log_expected_truth.sizes() == truth.sizes() && weights.sizes() == truth.sizes(),
                    "fused_sampled_softmax: shapes ", hidden.sizes(), ", ", rows.sizes(), ", ", truth.sizes(), ", ",
                    log_expected_candidates.sizes(), ", ", log_expected_truth.sizes(), ", ", weights.sizes(),
                    " are not [N,D], [R,D+1], [N], [S], [N], [N] with S at most R");
        TORCH_CHECK(count() > 0 && candidates_count() > 0, "fused_sampled_softmax: no rows or no candidates");
        const int64_t* ids = truth.data_ptr<int64_t>();
        for (int64_t i = 0; i < count(); i++)
            TORCH_CHECK(ids[i] >= 0 && ids[i] < rows.size(0), "fused_sampled_softmax: target ", ids[i], " is outside [0, ", rows.size(0), ")");
    }

    int64_t count() const { return hidden.size(0); }
    int64_t width() const { return hidden.size(1); }
    int64_t stride() const { return rows.size(1); }
    int64_t candidates_count() const { return log_expected_candidates.size(0); }
    const float* hidden_row(int64_t i) const { return hidden.data_ptr<float>() + i * width(); }
    const float* word(int64_t row) const { return rows.data_ptr<float>() + row * stride(); }
};

float dot(const float* a, const float* b, int64_t count) {
    float lanes[16] = {};
    int64_t j = 0;
    for (; j + 16 <= count; j += 16)
        for (int64_t lane = 0; lane < 16; lane++) lanes[lane] += a[j + lane] * b[j + lane];
    float sum = 0;
    for (; j < count; j++) sum += a[j] * b[j];
    for (const float lane : lanes) sum += lane;
    return sum;
}

// The weighted nats, summed; logits [N, S + 1], the target's last, become their gradients times weight / N where `gradient` is set.
double weighted_nats(const Sample& s, float* logits, bool gradient) {
    const int64_t count = s.count(), candidates = s.candidates_count(), stride = candidates + 1;
    std::vector<float> offsets(candidates);
    for (int64_t j = 0; j < candidates; j++) offsets[j] = s.word(j)[s.width()] - s.log_expected_candidates.data_ptr<float>()[j];
    fused::Product product{{s.hidden.data_ptr<float>(), s.width(), 1}, {s.rows.data_ptr<float>(), 1, s.stride()}, count, candidates,
                           s.width(), logits, stride};
    product.bias = offsets.data();
    fused::multiply(product);

    std::vector<double> each(count);
    const int64_t* truth = s.truth.data_ptr<int64_t>();
    constexpr double kOperationsPerLogit = 30;
    fused::for_shares(count, kOperationsPerLogit * count * stride, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; i++) {
            float* row = logits + i * stride;
            const float* word = s.word(truth[i]);
            const float weight = s.weights.data_ptr<float>()[i];
            if (truth[i] < candidates) row[truth[i]] = kImpossible; // the target was drawn as well
            const float right = dot(s.hidden_row(i), word, s.width()) + word[s.width()] - s.log_expected_truth.data_ptr<float>()[i];
            row[candidates] = right;
            const float scale = weight / count;
            each[i] = weight * (fused::kernels().log_sum_exp(row, stride, gradient, scale) - right);
            if (gradient) row[candidates] -= scale;
        }
    });
    double total = 0;
    for (const double one : each) total += one;
    return total;
}

struct FusedSampledSoftmax : torch::autograd::Function<FusedSampledSoftmax> {
    static Variable forward(AutogradContext* ctx, const Variable& hidden, const Variable& rows, const Variable& truth,
                            const Variable& candidates, const Variable& truths, const Variable& weights, bool recording) {
        const Sample s(hidden, rows, truth, candidates, truths, weights);
        const Tensor logits = at::empty({s.count(), s.candidates_count() + 1}, s.hidden.options().requires_grad(false));
        const double total = weighted_nats(s, logits.data_ptr<float>(), recording);
        if (recording) ctx->save_for_backward({s.hidden, s.rows, s.truth, logits});
        return at::scalar_tensor(total / s.count(), logits.options());
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        fused::refuse_second_derivative();
        const variable_list saved = ctx->get_saved_variables();
        const Tensor &hidden = saved[0], &rows = saved[1], &logit_grad = saved[3];
        const int64_t* truth = saved[2].data_ptr<int64_t>();
        const int64_t count = hidden.size(0), width = hidden.size(1), stride = rows.size(1), all = logit_grad.size(1), candidates = all - 1;
        const float scale = grads[0].item<float>();
        const fused::MatrixView gradient{logit_grad.data_ptr<float>(), all, 1};
        const auto of_truth = [&](int64_t i) { return scale * gradient.data[i * all + candidates]; };
        const fused::Kernels& k = fused::kernels();

        variable_list result(7);
        if (ctx->needs_input_grad(0)) {
            result[0] = at::empty_like(hidden);
            float* out = result[0].data_ptr<float>();
            fused::multiply({gradient, {rows.data_ptr<float>(), stride, 1}, count, width, candidates, out, width, scale});
            fused::for_shares(count, 2.0 * count * width, [&](int64_t first, int64_t last) {
                for (int64_t i = first; i < last; i++) k.add_scaled(rows.data_ptr<float>() + truth[i] * stride, of_truth(i), width, out + i * width);
            });
        }
        if (ctx->needs_input_grad(1)) {
            result[1] = at::empty_like(rows);
            float* out = result[1].data_ptr<float>();
            std::fill(out + candidates * stride, out + result[1].numel(), 0.0f);
            fused::multiply({gradient.transposed(), {hidden.data_ptr<float>(), width, 1}, candidates, width, count, out, stride, scale});
            std::vector<float> sums(all, 0.0f);
            fused::add_column_sums(gradient.data, count, all, scale, sums.data());
            for (int64_t j = 0; j < candidates; j++) out[j * stride + width] = sums[j];
            for (int64_t i = 0; i < count; i++) {
                float* word = out + truth[i] * stride;
                k.add_scaled(hidden.data_ptr<float>() + i * width, of_truth(i), width, word);
                word[width] += of_truth(i);
            }
        }
        return result;
    }
};

} // namespace

// The mean over N of weight * nats, each target against all candidates but itself: hidden [N,D]; rows [R,D+1], the bias last, the first
// S the candidates; truth int64 [N], rows of the targets; the logs of the expected counts of candidates [S] and of targets [N];
// weights [N].
CT_API int32_t ct_fused_sampled_softmax(TensorHandle hidden, TensorHandle rows, TensorHandle truth, TensorHandle log_expected_candidates,
                                        TensorHandle log_expected_truth, TensorHandle weights, TensorHandle* loss) {
    return ct_guard([&] {
        const bool recording = at::GradMode::is_enabled() && (hidden->requires_grad() || rows->requires_grad());
        *loss = ct_new(FusedSampledSoftmax::apply(*hidden, *rows, *truth, *log_expected_candidates, *log_expected_truth, *weights, recording));
    });
}

// log_sums[i] = log(exp(log_sums[i]) + the sum over the words of exp(logit of word j for row i)): hidden [N,D], rows [R,D+1], the bias
// last, log_sums float64 [N]. Holds a few thousand words' logits at a time; no gradient.
CT_API int32_t ct_fused_add_log_sums(TensorHandle hidden, TensorHandle rows, TensorHandle log_sums) {
    return ct_guard([&] {
        at::NoGradGuard no_grad;
        const Tensor h = hidden->contiguous();
        TORCH_CHECK(h.dim() == 2 && rows->dim() == 2 && rows->size(1) == h.size(1) + 1 && rows->is_contiguous() && log_sums->is_contiguous() &&
                        log_sums->scalar_type() == at::kDouble && log_sums->numel() == h.size(0) && h.scalar_type() == at::kFloat &&
                        rows->scalar_type() == at::kFloat,
                    "fused_add_log_sums: shapes ", h.sizes(), ", ", rows->sizes(), ", ", log_sums->sizes(), " are not [N,D], [R,D+1], [N]");
        constexpr int64_t kWordsAtOnce = 4096;
        const int64_t count = h.size(0), width = h.size(1), stride = width + 1, words = rows->size(0);
        const Tensor logits = at::empty({count, std::min(kWordsAtOnce, words)}, h.options());
        std::vector<float> bias(kWordsAtOnce);
        double* sums = log_sums->data_ptr<double>();
        for (int64_t first = 0; first < words; first += kWordsAtOnce) {
            const int64_t here = std::min(kWordsAtOnce, words - first);
            const float* chunk = rows->data_ptr<float>() + first * stride;
            for (int64_t j = 0; j < here; j++) bias[j] = chunk[j * stride + width];
            fused::Product product{{h.data_ptr<float>(), width, 1}, {chunk, 1, stride}, count, here, width, logits.data_ptr<float>(), here};
            product.bias = bias.data();
            fused::multiply(product);
            constexpr double kOperationsPerLogit = 15;
            fused::for_shares(count, kOperationsPerLogit * count * here, [&](int64_t from, int64_t to) {
                for (int64_t i = from; i < to; i++) {
                    const double more = fused::kernels().log_sum_exp(logits.data_ptr<float>() + i * here, here, false, 0);
                    const double top = std::max(sums[i], more);
                    sums[i] = top + std::log1p(std::exp(std::min(sums[i], more) - top));
                }
            });
        }
    });
}
