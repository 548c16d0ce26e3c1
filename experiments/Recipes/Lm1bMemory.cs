using Compression.Training.Lm1b;

namespace Compression.Experiments.Recipes;

/// <summary>What a process of the LM-1B trainer holds.</summary>
internal static class Lm1bMemory
{
    /// <summary>The options that lower it.</summary>
    public const string Options = "vocab_size, emb_size, state_size, projected_size, num_layers, num_sampled, batch_size or num_steps in --hpconfig";

    /// <summary>Tables with their sums of squares, the LSTM with Adagrad and averages, the logits of the sampled words.</summary>
    /// <param name="hyper">Sizes.</param>
    /// <param name="holders">Processes that hold a share of the tables each; 1 where each holds the whole.</param>
    /// <param name="residuals">Copies of the dense gradient that compression keeps.</param>
    public static MemoryNeed Need(Lm1bHyperparameters hyper, int holders, int residuals)
    {
        double inputs = hyper.EmbSize + ((hyper.NumLayers - 1.0) * hyper.ProjectedSize) + (hyper.NumLayers * (hyper.ProjectedSize + 1.0));
        double dense = (4.0 * hyper.StateSize * inputs) + ((double)hyper.NumLayers * hyper.ProjectedSize * hyper.StateSize);
        double tables = 2.0 * hyper.VocabSize * (hyper.EmbSize + hyper.ProjectedSize + 1.0) / holders;
        double step = (double)hyper.BatchSize * hyper.NumSteps * (hyper.NumSampled + hyper.EmbSize + (6.0 * hyper.NumLayers * hyper.StateSize));
        return new MemoryNeed(
            dense, 3 + (hyper.AverageParams ? 1 : 0) + residuals, tables + step,
            Options);
    }
}
