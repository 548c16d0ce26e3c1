using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Training.Parameters;

namespace Compression.Training.Optimizers;

/// <summary>Exponential moving averages of a model's parameters, a ← βa + (1 − β)p after each step, beginning with the first parameters.</summary>
/// <param name="model">Whose parameters are averaged.</param>
/// <param name="team">Threads.</param>
/// <param name="decay">β.</param>
public sealed class ParameterAverages(FlatModel model, ThreadTeam team, double decay) : ICheckpointable
{
    private const string Name = "optimizer/averages";

    private readonly float[] _averages = new float[model.Layout.Length];
    private bool _begun;

    /// <summary>Before a step: the first time, takes over the parameters.</summary>
    public void Begin()
    {
        if (!_begun)
        {
            model.ChangeParameters(parameters => parameters.CopyTo(_averages));
            _begun = true;
        }
    }

    /// <summary>After a step.</summary>
    public void Update() => model.ChangeParameters(parameters => AddScaled.Invoke(team, _averages, (float)decay, parameters, (float)(1 - decay)));

    /// <summary>Puts the averages in the parameters' place.</summary>
    public void Apply() => model.ChangeParameters(parameters => _averages.CopyTo(parameters));

    public void Save(IStateWriter writer)
    {
        Begin();
        writer.Write(Name, _averages);
    }

    public void Load(IStateReader reader)
    {
        reader.Read(Name, _averages);
        _begun = true;
    }
}
