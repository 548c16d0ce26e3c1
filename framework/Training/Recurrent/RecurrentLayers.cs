using System.Reflection;

namespace Compression.Training.Recurrent;

/// <summary>The recurrent layers that there are, by their names on the command line.</summary>
public static class RecurrentLayers
{
    /// <summary>The name of the layer where none is asked for.</summary>
    public const string Default = "lstm";

    private static readonly Dictionary<string, IRecurrentLayer> s_layers = typeof(IRecurrentLayer).Assembly
        .GetCustomAttributes<RecurrentLayerAttribute>()
        .ToDictionary(layer => layer.Name, layer => (IRecurrentLayer)Activator.CreateInstance(layer.Type)!);

    /// <summary>The names, <see cref="Default"/> first.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. s_layers.Keys.OrderBy(name => name != Default).ThenBy(name => name, StringComparer.Ordinal)];

    /// <summary>The layer of one of the <see cref="Names"/>.</summary>
    public static IRecurrentLayer Find(string name) => s_layers[name];
}
