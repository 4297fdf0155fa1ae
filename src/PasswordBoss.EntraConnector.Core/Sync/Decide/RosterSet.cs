using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// Some of the people of a <see cref="Roster"/>, by their places and in the order in which they came. It is cleared at no cost, for one group after the other.
/// </summary>
internal sealed class RosterSet
{
    private readonly int[] roundOf;
    private readonly List<int> places = new();
    private int round = 1;

    public RosterSet(int people) => roundOf = new int[people];

    /// <summary>The places of the people.</summary>
    public List<int> Places => places;

    public bool Contains(int place) => roundOf[place] == round;

    /// <returns>False for somebody who was in already.</returns>
    public bool Add(int place)
    {
        if (Contains(place))
            return false;
        roundOf[place] = round;
        places.Add(place);
        return true;
    }

    public void Clear()
    {
        places.Clear();
        round++;
    }
}
