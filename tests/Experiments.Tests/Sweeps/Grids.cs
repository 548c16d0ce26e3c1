using Compression.Experiments.Sweeps;

namespace Compression.Experiments.Tests.Sweeps;

/// <summary>Grid files of trials that train in no time.</summary>
internal static class Grids
{
    public const string Model = """
          data: {value: corpus}
          emb_size: {value: 6}
          num_hid: {value: 6}
          num_layers: {value: 1}
          dropout: {value: 0.1}
          bptt: {value: 5}
          batch_size: {value: 4}
          log_interval: {value: 20}
          init_lr: {value: 1}

        """;

    /// <summary>A whole grid file.</summary>
    public static string Text(string parameters, string head = "method: grid") =>
        $"name: tiny\n{head}\nmetric: {{name: test_perplexity, goal: minimize}}\nparameters:\n{Model}{parameters}";

    /// <summary>Its trials.</summary>
    public static SweepPlan Plan(string text) => SweepPlan.Of(new GridFile(VerbList.Trainers()).Read(text, "grid.yaml", "grid").Grid);
}
