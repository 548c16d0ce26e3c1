namespace Compression.Training.ModelParallel;

/// <summary>The layers of one stage. The first stage also holds the embedding, the last one the decoder.</summary>
/// <param name="Stage">Its number, from 0.</param>
/// <param name="Stages">Stages in all.</param>
/// <param name="FirstLayer">Its first LSTM layer.</param>
/// <param name="EndLayer">The layer after its last.</param>
public sealed record StageRange(int Stage, int Stages, int FirstLayer, int EndLayer)
{
    /// <summary>Holds the embedding.</summary>
    public bool IsFirst => Stage == 0;

    /// <summary>Holds the decoder.</summary>
    public bool IsLast => Stage == Stages - 1;

    /// <summary>LSTM layers.</summary>
    public int Layers => EndLayer - FirstLayer;
}
