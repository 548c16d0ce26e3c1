using Compression.Core.Reporting;
using Compression.Training.TransformerXl.Layers;

namespace Compression.Training.TransformerXl;

/// <summary>
/// The curves of the published set-ups under their names, over tokens of all workers. Times are milliseconds a step; <c>times/backwards</c> is the
/// forward and backward pass together.
/// </summary>
/// <param name="options">Batch and length.</param>
/// <param name="shape">Sizes.</param>
/// <param name="workers">In all.</param>
internal sealed class TokenCurves(TransformerXlOptions options, TransformerXlShape shape, int workers)
{
    private (long Step, long Tokens) _before;

    /// <summary>Goes on after some steps and tokens.</summary>
    public void Resume(long step, long tokens) => _before = (step, tokens);

    /// <summary>At a row of metrics.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Of(MetricsRecord row)
    {
        double steps = Math.Max(1, row.Step - _before.Step);
        double seconds = (row.Tokens - _before.Tokens) / Math.Max(1e-9, row.WordsPerSecond);
        _before = (row.Step, row.Tokens);
        return
        [
            new("learning/loss", row.TrainLoss),
            new("learning/ppl", Math.Exp(row.TrainLoss)),
            new("learning/lr", row.LearningRate),
            new("times/step", 1000 * seconds / steps),
            new("times/backwards", 1000 * row.Seconds.ForwardBackward / steps),
            new("times/tokens_per_sec", row.WordsPerSecond),
            new("times/samples_per_sec", steps * options.BatchSize * workers / Math.Max(1e-9, seconds)),
            new("sizes/params", shape.ParameterCount()),
            new("sizes/non_emb_params", shape.NonEmbeddingCount()),
            new("sizes/batch_size", options.BatchSize * workers),
            new("sizes/seq_size", options.TgtLen),
        ];
    }

    /// <summary>At a row of evaluations; of test none.</summary>
    public static IReadOnlyList<KeyValuePair<string, double>> Of(EvaluationRecord row) =>
        row.Split == "valid" ? [new("learning/val_loss", row.Loss), new("learning/val_ppl", row.Perplexity)] : [];
}
