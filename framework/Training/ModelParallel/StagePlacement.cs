using System.Collections.Immutable;
using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Training.ModelParallel;

/// <summary>Which stage holds which LSTM layer: neighbours together, every stage at least one.</summary>
public sealed class StagePlacement
{
    /// <summary>The value of <c>--placement</c> for <see cref="BalancedPlacement"/>.</summary>
    public const string Auto = "auto";

    /// <summary>The value of <c>--placement</c> for <see cref="Even"/>.</summary>
    public const string Evenly = "even";

    private readonly ImmutableArray<int> _stageOfLayer;

    private StagePlacement(ImmutableArray<int> stageOfLayer) => _stageOfLayer = stageOfLayer;

    /// <summary>Number of stages.</summary>
    public int Stages => _stageOfLayer[^1] + 1;

    /// <summary>Number of layers.</summary>
    public int Layers => _stageOfLayer.Length;

    /// <summary>The layers of a stage.</summary>
    public StageRange this[int stage] => new(
        stage, Stages, _stageOfLayer.IndexOf(stage), _stageOfLayer.LastIndexOf(stage) + 1);

    /// <summary>All stages in one.</summary>
    public StageRange Whole => new(0, 1, 0, Layers);

    /// <summary>Layer i on stage ⌊i·D/L⌋, whatever the layers cost.</summary>
    /// <param name="layers">L.</param>
    /// <param name="stages">D, at most L.</param>
    public static StagePlacement Even(int layers, int stages) => new([.. Enumerable.Range(0, layers).Select(layer => (int)((long)layer * stages / layers))]);

    /// <summary>From the number of layers of each stage.</summary>
    /// <param name="layers">Each at least 1.</param>
    public static StagePlacement OfSizes(IEnumerable<int> layers) => new([.. layers.SelectMany((count, stage) => Enumerable.Repeat(stage, count))]);

    /// <summary>Reads a list such as 0,0,1,1.</summary>
    /// <param name="list">The stage of each layer.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="stages">Stages.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it places other layers, or parts neighbours.</exception>
    public static StagePlacement Parse(string list, int layers, int stages)
    {
        string even = string.Join(',', Even(layers, stages)._stageOfLayer);
        UserErrorException Refused(string reason) => new(ExitCode.Usage, $"--placement {list}: {reason}; for example {even}, or {Auto}.");
        var places = ImmutableArray.CreateBuilder<int>();
        foreach (string word in list.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int stage))
            {
                throw Refused($"'{word}' is no stage");
            }

            int before = places.Count == 0 ? 0 : places[^1];
            if (stage != before && (places.Count == 0 || stage != before + 1))
            {
                throw Refused(places.Count == 0
                    ? "the first layer lies on stage 0"
                    : $"after stage {before} comes {before} or {before + 1}, as each stage holds neighbouring layers");
            }

            places.Add(stage);
        }

        if (places.Count != layers)
        {
            throw Refused($"it places {places.Count} {Plural.Of(places.Count, "layer")}, the model has {layers} (--num_layers)");
        }

        return places[^1] + 1 == stages
            ? new StagePlacement(places.ToImmutable())
            : throw Refused($"it has {places[^1] + 1} {Plural.Of(places[^1] + 1, "stage")}, --stages says {stages}");
    }

    /// <summary>The list that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Join(',', _stageOfLayer);
}
