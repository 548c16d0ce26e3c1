namespace Compression.Core.Communication;

/// <summary>Virtual workers that call collectives together.</summary>
/// <param name="size">Their number.</param>
internal sealed class VirtualGroup(int size)
{
    public int Size => size;

    /// <summary>The collective that some of them have come to and others not yet.</summary>
    public Collective? Current { get; set; }

    /// <summary>One collective in which all members meet: what they brought, and how many have come.</summary>
    internal sealed class Collective(string name, int size)
    {
        public string Name => name;

        public int Arrived { get; set; }

        public bool IsComplete => Arrived == size;

        public float[] Floats { get; set; } = [];

        public double[] Doubles { get; set; } = [];

        public byte[][] Sections { get; } = new byte[size][];

        public GatheredPayloads[] Gathered { get; set; } = [];

        /// <summary>By rank, what each chose in a split.</summary>
        public (int Color, int Key)[] Choices { get; } = new (int, int)[size];

        /// <summary>By colour, the groups that a split has made.</summary>
        public Dictionary<int, VirtualGroup> Groups { get; } = [];
    }
}
