namespace PasswordBoss.EntraConnector.Rules;

/// <summary>Why a person counts as a leaver.</summary>
public enum LeavingEvent
{
    /// <summary>The person is present, or no leaving event has been handled.</summary>
    None,
    /// <summary>In the group, and disabled in Entra.</summary>
    Disabled,
    /// <summary>Exists, and is not in the user group.</summary>
    Removed,
    /// <summary>Does not exist, or is in deleted items.</summary>
    Deleted,
}
