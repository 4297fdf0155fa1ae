namespace PasswordBoss.EntraConnector.Help;

/// <summary>How one parameter set, or every set, uses a parameter.</summary>
internal sealed class ParameterUse
{
    public const string AllSets = "__AllParameterSets";

    public string Set { get; init; } = AllSets;

    public bool IsMandatory { get; init; }

    public int? Position { get; init; }

    public bool FromPipeline { get; init; }

    public bool FromPipelineByName { get; init; }

    public bool IsHidden { get; init; }
}
