using Compression.Core.Catalog;

namespace Compression.Exchanges.TernGrad;

/// <summary>Options of <see cref="TernGradExchange"/>.</summary>
public sealed record TernGradExchangeOptions
{
    /// <summary>c: values are clipped at c standard deviations before the draw; 0 clips nothing.</summary>
    [Option("clip", "clip at this many standard deviations before the draw: 2.5 in the paper, for images, 17 to 68 for recurrent models; 0 clips nothing", Flag = "clip_const", Min = 0, Max = 1e38)]
    public double Clip { get; init; } = 2.5;
}
