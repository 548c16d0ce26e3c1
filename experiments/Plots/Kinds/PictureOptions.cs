using Compression.Core.Catalog;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>What can be chosen about pictures.</summary>
public record PictureOptions
{
    private const string Group = "Pictures";

    /// <summary>Which text's perplexity.</summary>
    [Option(
        "measure", "text whose perplexity is shown; auto: valid where runs were evaluated on the way, else train; at the end test",
        Group = Group, Choices = "auto|valid|test|train")]
    public string Measure { get; init; } = "auto";

    /// <summary>Target.</summary>
    [Option("perplexity", "target of 'target'; 0: the best that the weakest run reached", Group = Group, Min = 0, Max = 1e38)]
    public double Perplexity { get; init; }

    /// <summary>Link speeds.</summary>
    [Option("rates", "link speeds that 'bandwidth' models, separated by commas: 10mbit, 2.5gbit", Group = Group)]
    public string Rates { get; init; } = LinkRates.Usual;

    /// <summary>Latency.</summary>
    [Option("latency_us", "microseconds that 'bandwidth' adds to every exchange for the messages' latency", Group = Group, Min = 0, Max = 1e12)]
    public double LatencyUs { get; init; }
}
