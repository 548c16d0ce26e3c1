using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>How the published code draws weights: biases are 0, scales of norms around 1, all others around 0.</summary>
/// <param name="Uniform">Weights are uniform within ± <see cref="Range"/>, in place of normal.</param>
/// <param name="Range">Half the width of uniform weights.</param>
/// <param name="Deviation">Of normal weights and of the norms' scales.</param>
/// <param name="ProjectionDeviation">Of the projections of word vectors.</param>
public sealed record WeightInitialization(bool Uniform, double Range, double Deviation, double ProjectionDeviation)
{
    /// <summary>Draws all parameters in their order, from libtorch's generator.</summary>
    public void Apply(nn.Module model)
    {
        using var noGradient = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (name.Contains("_projs.", StringComparison.Ordinal))
            {
                nn.init.normal_(parameter, 0, ProjectionDeviation);
            }
            else if (name.EndsWith("layer_norm.weight", StringComparison.Ordinal))
            {
                nn.init.normal_(parameter, 1, Deviation);
            }
            else if (name.EndsWith(".bias", StringComparison.Ordinal) || name is "r_bias" or "crit.cluster_bias")
            {
                nn.init.zeros_(parameter);
            }
            else if (Uniform)
            {
                nn.init.uniform_(parameter, -Range, Range);
            }
            else
            {
                nn.init.normal_(parameter, 0, Deviation);
            }
        }
    }
}
