using Compression.Core.Composition;
using Compression.Training.TransformerXl;
using Compression.Training.TransformerXl.Layers;

namespace Compression.Experiments.Recipes;

/// <summary>What a worker of Transformer-XL holds.</summary>
internal static class TransformerXlMemory
{
    /// <summary>The options that lower it.</summary>
    public const string Options = "--n_layer, --d_model, --n_head, --d_head, --d_inner, --batch_size, --tgt_len or --mem_len, or raise --batch_chunk";

    /// <summary>Buffers of the parameters' length for weights and gradients, and on a CPU in half precision for rounded weights.</summary>
    public static int Weights(TransformerXlOptions options) => options.Fp16 && !options.UseGpu ? 3 : 2;

    /// <summary>Buffers of the optimizer.</summary>
    public static int Optimizer(TransformerXlOptions options) => options.Optim switch { "adam" or "adamw" or "lamb" => 3, "adagrad" => 2, _ => options.Mom > 0 ? 1 : 0 };

    /// <summary>Floats that a backward pass needs of the forward pass: hidden states, projections, weights of attention, logits of the head.</summary>
    public static double Activations(TransformerXlOptions options, TransformerXlShape shape) => Activations(options, shape, options.TgtLen, options.TgtLen + options.ExtLen + (double)options.MemLen);

    /// <summary>What a process holds at the least: the memory fills up only where the text is long enough.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="shape">Of the model.</param>
    /// <param name="pipeline">The composition.</param>
    /// <param name="rows">Words of a column of the text.</param>
    public static MemoryNeed Need(TransformerXlOptions options, TransformerXlShape shape, CompressionPlan pipeline, double rows) => new(
        shape.ParameterCount(), Weights(options) + (MemoryNeed.Optimizers(options) * Optimizer(options)) + MemoryNeed.Residuals(pipeline, options) + MemoryNeed.LocalWeights(pipeline, options),
        Activations(options, shape, Math.Min(rows, options.TgtLen), Math.Min(rows, options.TgtLen + options.ExtLen + (double)options.MemLen)),
        Options);

    private static double Activations(TransformerXlOptions options, TransformerXlShape shape, double length, double keys)
    {
        double columns = Math.Ceiling((double)options.BatchSize / options.BatchChunk), rows = columns * length, inner = shape.InnerAttention;
        double layer = (rows * ((6.0 * shape.ModelWidth) + (2 * inner) + (2.0 * shape.InnerWidth))) + (2 * columns * keys * inner) + (columns * shape.Heads * length * keys);
        return (shape.Layers * layer) + (rows * (shape.WordsOf(0) + shape.Clusters)) + ((shape.Layers + 1.0) * columns * Math.Min(options.MemLen, keys) * shape.ModelWidth);
    }
}
