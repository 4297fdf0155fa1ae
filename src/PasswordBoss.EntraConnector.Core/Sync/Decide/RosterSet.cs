using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// A subset of the users of a <see cref="Roster"/>, by place and in the order in which they were added. A place is in the set if its entry has the number of the
/// current round. Clearing only increases that number, so the set is reused for each group.
/// </summary>
internal sealed class RosterSet
{
    private readonly int[] roundOf;
    private readonly List<int> places = new();
    private int round = 1;

    public RosterSet(int people) => roundOf = new int[people];

    /// <summary>The places of the users.</summary>
    public List<int> Places => places;

    public bool Contains(int place) => roundOf[place] == round;

    /// <returns>False if the user is already in the set.</returns>
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
