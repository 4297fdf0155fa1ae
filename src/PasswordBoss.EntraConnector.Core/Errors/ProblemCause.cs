namespace PasswordBoss.EntraConnector.Errors;

/// <summary>The cause of a problem, where its id alone does not show what still works.</summary>
public enum ProblemCause
{
    /// <summary>The usual cause of its id.</summary>
    Usual,
    /// <summary>The disk is full: nothing can be written, but everything can be read.</summary>
    DiskFull,
    /// <summary>The disk is read-only: nothing can be written, but everything can be read.</summary>
    ReadOnly,
    /// <summary>The tables of a database do not match its schema version; the names of connections may still be readable.</summary>
    OtherSchema,
}
