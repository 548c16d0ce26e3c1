namespace Compression.Training.Recurrent;

/// <summary>
/// Enters an <see cref="IRecurrentLayer"/> of this assembly under its name. It stands above the class and belongs to the assembly: a search
/// through all classes would load TorchSharp, and with it libtorch, for a page of help.
/// </summary>
/// <param name="name">The name on the command line.</param>
/// <param name="type">The class; it has a constructor without parameters.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class RecurrentLayerAttribute(string name, Type type) : Attribute
{
    /// <summary>The name on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>The class.</summary>
    public Type Type { get; } = type;
}
