using System.Collections.Immutable;

namespace Compression.Training.Sessions;

/// <summary>A published way to train that talks rarely, as values of options.</summary>
/// <param name="Name">For <c>--method</c>.</param>
/// <param name="Source">Where the values come from, and what is left to the user.</param>
/// <param name="Values">Names of options and component flags, and texts; the command line overrules them.</param>
public sealed record MethodPreset(string Name, string Source, ImmutableArray<KeyValuePair<string, string>> Values);

/// <summary>The methods that <see cref="TrainerOptions.Method"/> names. Rates and decay of the inner optimizer depend on the model, and are the trainer's.</summary>
public static class MethodPresets
{
    /// <summary>The names, and none, as an option's choices.</summary>
    internal const string Choices = "none|diloco|sparseloco|demo";

    /// <summary>All methods.</summary>
    public static ImmutableArray<MethodPreset> All { get; } =
    [
        Preset(
            "diloco", "Douillard et al. 2023 (2311.08105): AdamW inside, Nesterov's momentum outside, 500 steps between",
            "optim=adamw local_steps=500 outer_optimizer=nesterov outer_lr=0.7 outer_momentum=0.9"),
        Preset(
            "sparseloco", "Sarfi et al. 2025 (2508.15706): 1 to 3 % of chunks of 4,096 at two bits, error feedback with decay 0.95 in place of outer momentum; 30 steps between, as in their study of compression in DiLoCo (2505.23725)",
            "optim=adamw local_steps=30 outer_optimizer=sgd outer_lr=1 outer_momentum=0 compressor=chunktopk+levels2 topk_chunk=4096 compress_ratio=0.03 memory=residual(beta=0.95)"),
        Preset(
            "demo", "Peng, Quesnelle and Kingma 2024 (2411.19870), with the defaults of their code: tiles of 64 x 64, 32 coefficients of each, decay 0.999",
            "optim=sgd update=sign compressor=dcttopk dct_tile=64 dct_k=32 memory=demo demo_decay=0.999"),
    ];

    /// <summary>The method of a name; null for none, and for names that are none.</summary>
    public static MethodPreset? Find(string? name) => All.FirstOrDefault(method => method.Name == name);

    private static MethodPreset Preset(string name, string source, string values) =>
        new(name, source, [.. values.Split(' ').Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]))]);
}
