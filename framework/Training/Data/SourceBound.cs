namespace Compression.Training.Data;

/// <summary>What the true source of a generated corpus scores, in nats per token: no model does better, but for chance.</summary>
/// <param name="EntropyRate">Of the source itself: the limit for an endless text.</param>
/// <param name="Valid">Minus the mean log-probability of the very valid split under the source.</param>
/// <param name="Test">The same of the test split.</param>
public sealed record SourceBound(double EntropyRate, double Valid, double Test)
{
    /// <summary>exp(<see cref="EntropyRate"/>).</summary>
    public double Perplexity => Math.Exp(EntropyRate);

    /// <summary>exp(<see cref="Valid"/>).</summary>
    public double ValidPerplexity => Math.Exp(Valid);

    /// <summary>exp(<see cref="Test"/>).</summary>
    public double TestPerplexity => Math.Exp(Test);
}
