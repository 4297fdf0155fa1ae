namespace PasswordBoss.EntraConnector.Rules;

/// <summary>Why a user counts as a leaver.</summary>
public enum LeavingEvent
{
    /// <summary>The user is present, or no leaving event has been handled.</summary>
    None,
    /// <summary>In the user group, but disabled in Entra.</summary>
    Disabled,
    /// <summary>Exists, but is not in the user group.</summary>
    Removed,
    /// <summary>Does not exist, or is in deleted items.</summary>
    Deleted,
}
