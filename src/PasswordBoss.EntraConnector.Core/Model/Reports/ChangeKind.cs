namespace PasswordBoss.EntraConnector.Model;

/// <summary>How a report groups changes. The report file contains the numbers, so they never change.</summary>
public enum ChangeKind
{
    /// <summary>An account was created.</summary>
    Created,
    /// <summary>An account was linked, renamed or enabled, or its link was removed.</summary>
    Changed,
    /// <summary>An account was disabled.</summary>
    Disabled,
    /// <summary>An account was deleted, or converted to personal.</summary>
    Deleted,
    /// <summary>A group or a membership was changed.</summary>
    Groups,
    /// <summary>A change was not made: a conflict, an obstacle, a declined prompt or a safety limit.</summary>
    HeldBack,
    /// <summary>A change failed.</summary>
    Failed,
}
