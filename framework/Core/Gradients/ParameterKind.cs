namespace Compression.Core.Gradients;

/// <summary>How the gradient of a parameter arises.</summary>
public enum ParameterKind
{
    /// <summary>Every element has a gradient in every step.</summary>
    Dense,

    /// <summary>Only the rows that the batch looked up have one (embedding tables, sampled softmax).</summary>
    RowSparse,
}
