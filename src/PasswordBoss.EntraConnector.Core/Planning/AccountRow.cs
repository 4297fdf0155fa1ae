namespace PasswordBoss.EntraConnector.Planning;

/// <summary>The rows of the decision table: what is known of the account that somebody is linked to.</summary>
internal enum AccountRow
{
    /// <summary>Active or pending, and not taken away by us.</summary>
    InUse,
    /// <summary>Disabled by us.</summary>
    DisabledByUs,
    /// <summary>Disabled by an admin of Password Boss.</summary>
    DisabledByAdmin,
    /// <summary>Taken away by us, and given back by an admin of Password Boss.</summary>
    EnabledByAdmin,
    /// <summary>Made personal by us.</summary>
    Converted,
    /// <summary>Made personal by an admin of Password Boss, or by its owner.</summary>
    PersonalByAdmin,
    /// <summary>Gone for certain.</summary>
    Gone,
    /// <summary>Not read, or in a state that nobody can tell.</summary>
    Unclear,
}
