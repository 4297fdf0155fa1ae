namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The result of a creation. A closed hierarchy: no other derived types.</summary>
/// <typeparam name="T">The object.</typeparam>
public abstract record Creation<T>
    where T : class
{
    private Creation()
    {
    }

    /// <summary>The object was created.</summary>
    /// <param name="Item">The new object.</param>
    public sealed record Created(T Item) : Creation<T>;

    /// <summary>The object exists already, even if it cannot be found yet.</summary>
    public sealed record AlreadyExists : Creation<T>;
}
