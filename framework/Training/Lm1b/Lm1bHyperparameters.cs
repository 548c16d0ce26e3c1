#pragma warning disable
namespace Compression.Training.Lm1b;
public sealed record Lm1bHyperparameters
{
    public int BatchSize { get; init; } = 128; public int NumSteps { get; init; } = 20; public int NumShards { get; init; } = 8; public int NumLayers { get; init; } = 1;
    public double LearningRate { get; init; } = 0.2; public double MaxGradNorm { get; init; } = 10; public double KeepProb { get; init; } = 0.9; public int VocabSize { get; init; } = 793470;
    public int EmbSize { get; init; } = 512; public int StateSize { get; init; } = 2048; public int ProjectedSize { get; init; } = 512; public int NumSampled { get; init; } = 8192;
    public bool AverageParams { get; init; } = true; public int NumDelayedSteps { get; init; } = 150;
    public static Lm1bHyperparameters Parse(string text)
    {
        object h = new Lm1bHyperparameters();
        foreach (var pair in text.Split(',', System.StringSplitOptions.RemoveEmptyEntries)) { var kv = pair.Split('='); var p = typeof(Lm1bHyperparameters).GetProperties().Single(q => q.Name.Equals(kv[0].Replace("_", ""), System.StringComparison.OrdinalIgnoreCase)); p.SetValue(h, System.Convert.ChangeType(kv[1], p.PropertyType, System.Globalization.CultureInfo.InvariantCulture)); }
        return (Lm1bHyperparameters)h;
    }
}
